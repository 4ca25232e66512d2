"""What clients ask of an answer: the grammar of ``Cache-Control`` and ``Prefer``."""

import math
import re
from collections.abc import Iterable, Iterator

from gateway.federation.freshness import Freshness

LEAST_WAIT_SECONDS = 0.1
MOST_WAIT_SECONDS = 60.0

_LONGEST_AGE_SECONDS = 2**31
"""More than that means the same (RFC 9111, 1.2.2)."""

# Members of a list. A comma within quotes does not end one; quotes may be left open.
_MEMBER = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+')
_SECONDS = re.compile(r"[0-9]{1,20}")
_DECIMAL_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?")


def freshness(values: Iterable[str], kept_for_s: float | None = None) -> Freshness:
    """Read the values of ``Cache-Control``; what is not understood is passed over.

    A ``max-stale`` without seconds allows any. A ``max-age`` of 0 asks for the same as
    ``no-cache``. So does a ``min-fresh`` of ``kept_for_s`` or more, which is how
    long the strictest backend keeps anything: a lesser one tells how old it may be. Where nothing
    is kept it asks for nothing.
    """
    directives = list(_members(values))
    names = {name for name, _ in directives}
    ages: list[float] = list(_seconds(directives, "max-age"))
    if kept_for_s is not None:
        ages += [max(0.0, kept_for_s - left) for left in _seconds(directives, "min-fresh")]
    return Freshness(
        max_age_s=min(ages, default=None),
        is_renewed="no-cache" in names or 0 in ages,
        is_kept_only="only-if-cached" in names,
        max_stale_s=_max_stale(directives),
    )


def forbids_storing(values: Iterable[str]) -> bool:
    """Say whether ``Cache-Control`` has it that nobody stores the answer."""
    return any(name == "no-store" for name, _ in _members(values))


def wait_seconds(values: Iterable[str]) -> float | None:
    """Read how long the client waits from the values of ``Prefer``: none where it does not say.

    The first preference counts (RFC 7240). Less than can be heeded is read as the least that can,
    and more as the most.
    """
    for name, value in _members(values):
        if name == "wait":
            found = _DECIMAL_SECONDS.fullmatch(value)
            if found is None:
                return None
            return min(max(float(found[0]), LEAST_WAIT_SECONDS), MOST_WAIT_SECONDS)
    return None


def _max_stale(directives: Iterable[tuple[str, str]]) -> float | None:
    """Read how long an answer may be stale: the strictest word, and any time where it has none."""
    ages: list[float] = [*_seconds(directives, "max-stale")]
    ages += [math.inf for name, value in directives if (name, value) == ("max-stale", "")]
    return min(ages, default=None)


def _seconds(directives: Iterable[tuple[str, str]], wanted: str) -> Iterator[int]:
    """Read every whole number of seconds that a directive is set to."""
    for name, value in directives:
        if name == wanted and _SECONDS.fullmatch(value):
            yield min(int(value), _LONGEST_AGE_SECONDS)


def _members(values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read names and what they are set to, without parameters."""
    for member in _MEMBER.findall(",".join(values)):
        name, _, value = member.partition(";")[0].partition("=")
        yield name.strip().lower(), value.strip().strip('"')
