"""How many calls are answered at a time: all that there is room for, until they hold each other up.

A lap is one time around the event loop: as long as everything takes that is ready to go on. Where
many laps of a while are long, work stands in line, and more of it would only be answered later.
"""

_LONG_LAP_SECONDS = 0.005
_MANY = 3
"""One in so many is long. A new call, or its refusal, waits for a few laps."""

_WHILE_SECONDS = 0.1
_FEWEST_LAPS = 4
"""In a while: fewer tell of a single call, or of a pause that the system took."""

_FEWEST_CALLS = 16
"""As many as a few dashboards make at once: those are answered however busy the machine is."""

_LEFT = 0.8
_GROWTH = 16
_QUIET_SECONDS = 1.0


class Capacity:
    """The number of calls that are let in, by the laps that are told of; all in seconds."""

    def __init__(self, most_calls: int) -> None:
        """Begin with the most."""
        self.calls = most_calls
        self._most = most_calls
        self._fewest = min(_FEWEST_CALLS, most_calls)
        self._begun = self._last = float("-inf")
        self._laps = 0
        self._long_laps = 0

    def lap(self, seconds: float, running: int, now: float) -> None:
        """Take in a lap that has just ended, with so many calls being answered.

        Every while of long laps takes a fifth of the calls away that are being answered, every
        other gives a sixteenth back. Quiet gives all of them back.
        """
        if now - self._last > _QUIET_SECONDS:
            self.calls = self._most
            self._begin(now)
        self._last = now
        self._laps += 1
        self._long_laps += seconds > _LONG_LAP_SECONDS
        if self._laps >= _FEWEST_LAPS and now - self._begun >= _WHILE_SECONDS:
            self._change(running)
            self._begin(now)

    def _begin(self, now: float) -> None:
        self._begun = now
        self._laps = 0
        self._long_laps = 0

    def _change(self, running: int) -> None:
        if _MANY * self._long_laps > self._laps:
            self.calls = max(self._fewest, int(min(self.calls, running) * _LEFT))
        else:
            self.calls = min(self._most, self.calls + max(1, self.calls // _GROWTH))
