"""When a vendor in trouble is left alone, and how it is found out that it is well again."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import partial

from gateway.resilience.recent import Recent

_SECONDS_WHILE_PROBED = 1.0


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a breaker opens, and for how long.

    It opens where ``bad_share`` of the last ``window_seconds``' calls were bad and there were
    ``least_calls``, or after ``connect_failures`` with no good call among them. It stays open for
    ``open_seconds``, and for twice as long after each bad probe, up to ``longest_open_seconds``;
    each time a share of up to ``jitter`` is added or taken off. ``probes`` good ones in a row close
    it.
    """

    window_seconds: float = 20.0
    least_calls: int = 10
    bad_share: float = 0.5
    connect_failures: int = 5
    open_seconds: float = 5.0
    longest_open_seconds: float = 60.0
    jitter: float = 0.2
    probes: int = 3


class BreakerState(StrEnum):
    """Who is let through: everybody, nobody, or one probe at a time."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Permit:
    """Leave to make one call, whose holder says once what came of it: the first word counts.

    A probe nobody says anything of is waited for: whoever holds a permit has to use it up.
    """

    def __init__(self, judge: "Callable[[_Verdict], None]") -> None:
        self._judge: Callable[[_Verdict], None] | None = judge

    def good(self) -> None:
        """Say that the vendor is well."""
        self._use(_Verdict.GOOD)

    def bad(self, *, is_connect: bool = False) -> None:
        """Say that the vendor is in trouble, or cannot even be connected to."""
        self._use(_Verdict.UNCONNECTED if is_connect else _Verdict.BAD)

    def release(self) -> None:
        """Say that the call tells nothing of the vendor: it was cancelled, or was a mistake."""
        self._use(_Verdict.NONE)

    def _use(self, verdict: "_Verdict") -> None:
        judge, self._judge = self._judge, None
        if judge is not None:
            judge(verdict)


class Breaker:
    """Lets calls to one vendor through, as long as enough of them come to good.

    What came of a call counts only for the state in which it was let through.
    """

    def __init__(
        self, rules: BreakerRules, timer: Callable[[], float], random: Callable[[], float]
    ) -> None:
        """Take what tells the time in seconds and never goes back, and what draws from [0, 1)."""
        self._rules = rules
        self._timer = timer
        self._random = random
        self._phase: _Closed | _Open = _Closed(rules, timer)

    @property
    def state(self) -> BreakerState:
        """Say who is let through now."""
        match self._phase:
            case _Closed():
                return BreakerState.CLOSED
            case _Open(until=until):
                is_open = self._timer() < until
                return BreakerState.OPEN if is_open else BreakerState.HALF_OPEN

    def wait(self) -> float:
        """Give the seconds until the next call may be let through: 0 if it may be now.

        While a probe is out nobody knows; then it is a second.
        """
        match self._phase:
            case _Closed():
                return 0.0
            case _Open(is_probed=True):
                return _SECONDS_WHILE_PROBED
            case _Open(until=until):
                return max(0.0, until - self._timer())

    def admit(self) -> Permit | None:
        """Let a call through, or refuse it."""
        phase = self._phase
        if isinstance(phase, _Open):
            if self.wait() > 0:
                return None
            phase.is_probed = True
        return Permit(partial(self._judge, phase))

    def _judge(self, phase: "_Closed | _Open", verdict: "_Verdict") -> None:
        if phase is not self._phase:
            return
        match phase:
            case _Closed():
                self._judge_call(phase, verdict)
            case _Open():
                self._judge_probe(phase, verdict)

    def _judge_call(self, phase: "_Closed", verdict: "_Verdict") -> None:
        if verdict is _Verdict.NONE:
            return
        phase.note(verdict)
        if phase.is_over():
            self._phase = self._open(self._rules.open_seconds)

    def _judge_probe(self, phase: "_Open", verdict: "_Verdict") -> None:
        phase.is_probed = False
        match verdict:
            case _Verdict.NONE:
                pass
            case _Verdict.GOOD:
                phase.good_probes += 1
                if phase.good_probes >= self._rules.probes:
                    self._phase = _Closed(self._rules, self._timer)
            case _Verdict.BAD | _Verdict.UNCONNECTED:
                self._phase = self._open(phase.seconds * 2)

    def _open(self, seconds: float) -> "_Open":
        seconds = min(seconds, self._rules.longest_open_seconds)
        jitter = self._rules.jitter * (2 * self._random() - 1)
        return _Open(seconds, until=self._timer() + seconds * (1 + jitter))


class _Verdict(Enum):
    GOOD = auto()
    BAD = auto()
    UNCONNECTED = auto()
    NONE = auto()


class _Closed:
    """Counts what comes of calls, until there is enough trouble."""

    def __init__(self, rules: BreakerRules, timer: Callable[[], float]) -> None:
        self._rules = rules
        self._calls = Recent(rules.window_seconds, timer)
        self._bad = Recent(rules.window_seconds, timer)
        self._connect_failures = 0

    def note(self, verdict: _Verdict) -> None:
        self._calls.note()
        if verdict is _Verdict.GOOD:
            self._connect_failures = 0
            return
        self._bad.note()
        self._connect_failures += verdict is _Verdict.UNCONNECTED

    def is_over(self) -> bool:
        rules, calls = self._rules, self._calls.count()
        return self._connect_failures >= rules.connect_failures or (
            calls >= rules.least_calls and self._bad.count() >= rules.bad_share * calls
        )


@dataclass(slots=True, eq=False)
class _Open:
    """Open until an instant, and half open from then on. ``seconds`` are without the jitter."""

    seconds: float
    until: float
    is_probed: bool = False
    good_probes: int = 0
