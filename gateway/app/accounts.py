"""What the backends of one account share, and by which terms."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.federation.account import Account
from gateway.federation.sharing import SharedTrouble
from gateway.spi.rates import Rate
from gateway.transport.limits import Limits
from gateway.transport.turns import Turns


@dataclass(frozen=True, slots=True)
class Terms:
    """How an account is treated, whichever of its backends asks."""

    concurrency: int
    rate: Rate | None
    slow_seconds: float

    def within(self, limits: Limits) -> Limits:
        """Give the limits of one of its backends, as far as they are not those of all."""
        return replace(limits, concurrency=self.concurrency, rate=self.rate)


@dataclass(slots=True)
class Shared:
    """What they share: what is known of the vendor's trouble, and whose turn it is."""

    account: Account
    turns: Turns
    terms: Terms

    @classmethod
    def new(
        cls, terms: Terms, timer: Callable[[], float], trouble: SharedTrouble | None = None
    ) -> "Shared":
        """Begin without any trouble, or with that of other replicas. The timer tells seconds."""
        account = Account(timer=timer, slow_seconds=terms.slow_seconds, trouble=trouble)
        return cls(account, Turns.within(terms.within(Limits())), terms)

    def hold_to(self, terms: Terms) -> None:
        """Treat the account by other terms from now on."""
        self.account.slow_seconds = terms.slow_seconds
        if terms.concurrency != self.terms.concurrency:
            self.turns.allow(terms.concurrency)
        if terms.rate != self.terms.rate:
            self.turns.keep_pace(terms.rate)
        self.terms = terms
