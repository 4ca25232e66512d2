"""What is to come of a fault that costs a backend's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus

from gateway.model.report import ErrorCode
from tests.faults.sites import Site

_STATUS = {
    ErrorCode.TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
    ErrorCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.RATE_LIMITED: HTTPStatus.SERVICE_UNAVAILABLE,
}

ONCE, TWICE, THRICE = range(1, 2), range(2, 3), range(3, 4)
UP_TO_THRICE = range(1, 4)
"""Whether there is time to wait is a matter of chance."""


class After(Enum):
    """What is made of a failure.

    Trouble counts for the breaker, nothing else does. After some that do not, the vendor is left
    alone for a while.
    """

    TROUBLE = auto()
    NOTHING = auto()
    PAUSE = auto()


@dataclass(frozen=True)
class Failing:
    """A fault that costs a backend's rows.

    ``status`` is that of the answer where no other backend was asked, and ``asked`` how often the
    vendor is, in all, for one page.
    """

    number: str
    fault: str
    site: Site
    status: int
    code: ErrorCode
    asked: range
    after: After

    def __str__(self) -> str:
        """Name it."""
        return f"{self.number} {self.fault}"


def row(
    number: str,
    code: ErrorCode,
    asked: range,
    after: After,
    faults: Mapping[str, Site],
) -> list[Failing]:
    """Give the rows of faults of which the same is to come."""
    status = _STATUS.get(code, HTTPStatus.BAD_GATEWAY)
    return [
        Failing(number, name, site, status, code, asked, after) for name, site in faults.items()
    ]
