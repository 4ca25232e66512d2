"""What stands in for a backend whose adapter cannot be used: it says why to whoever asks."""

import functools
from typing import NoReturn

from msgspec import Raw

from gateway.model.report import ErrorCode
from gateway.spi.abilities import Abilities
from gateway.spi.adapter import Context, Mapped, Provenance, SessionAdapter
from gateway.spi.errors import GiveUp
from gateway.spi.options import AdapterOptions
from gateway.spi.pages import Address, RawPage, ScanPlan
from gateway.spi.transport import HttpEndpoint, HttpTransport


class UnusableOptions(AdapterOptions):
    """The place of options that nobody can read: they are their adapter's to read.

    ``reason`` is for the log, and leads to what is to be done. The ``url`` is never asked.
    """

    url: str = "https://unusable.invalid"
    reason: str


class UnusableAdapter(SessionAdapter[HttpTransport]):
    """Fails with ``config`` whatever it is asked, its abilities first of all.

    So no plan is made with it, and nothing is sent.
    """

    options_model = UnusableOptions

    def __init__(self, options: UnusableOptions) -> None:
        super().__init__(options)
        self._options = options

    def endpoint(self) -> HttpEndpoint:
        """Give a place that does not exist: a wire to it is made, but never opened."""
        return HttpEndpoint(self._options.url)

    def abilities(self) -> Abilities:
        """Say why there are none."""
        self._give_up()

    async def fetch_page(
        self,
        plan: ScanPlan,  # noqa: ARG002  # the interface's
        at: Address,  # noqa: ARG002  # the interface's
        context: Context[HttpTransport],  # noqa: ARG002  # the interface's
    ) -> RawPage:
        """Say why there is none."""
        self._give_up()

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped:  # noqa: ARG002  # the interface's
        """Say why there is none."""
        self._give_up()

    def _give_up(self) -> NoReturn:
        raise GiveUp(ErrorCode.CONFIG, self._options.reason)


@functools.cache
def unusable_adapter(name: str) -> type[UnusableAdapter]:
    """Make what stands in for an adapter, whose name is all that is known of its vendor."""

    class NamedUnusableAdapter(UnusableAdapter):
        vendor = name

    return NamedUnusableAdapter
