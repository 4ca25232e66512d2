"""What a gateway answers, as far as walks look at it."""

import urllib.request
from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode

import msgspec

_SECONDS = 90.0
"""More than any deadline."""

_CHUNK_BYTES = 256 * 1024

AnswerT = TypeVar("AnswerT")


class Row(msgspec.Struct, frozen=True):
    """A session."""

    backend: str
    started_at: datetime | None


class Error(msgspec.Struct, frozen=True):
    """Why a backend failed."""

    code: str


class Report(msgspec.Struct, frozen=True):
    """What a backend had to do with an answer."""

    status: str
    requests: int
    warnings: list[str] = []  # a struct copies it
    error: Error | None = None

    def brief(self) -> str:
        """Write the status, and why it is not better."""
        reasons = [self.error.code] if self.error else []
        return " ".join([self.status, *reasons, *self.warnings])


class Place(msgspec.Struct, frozen=True):
    """Where the next page begins."""

    next: str | None


class Page(msgspec.Struct, frozen=True):
    """A page of sessions."""

    data: list[Row]
    page: Place
    complete: bool
    backends: dict[str, Report]


class Trailer(msgspec.Struct, frozen=True):
    """The last line of a stream."""

    end: bool
    complete: bool


class Count(msgspec.Struct, frozen=True):
    """A number that is sure, or the least."""

    value: int
    relation: str

    def __str__(self) -> str:
        """Write a least number as such."""
        return str(self.value) if self.relation == "eq" else f"≥ {self.value}"

    def allows(self, number: int) -> bool:
        """Say whether it is not contradicted by a number."""
        return number == self.value if self.relation == "eq" else number >= self.value


class Expectation(msgspec.Struct, frozen=True):
    """What a plan says of one backend."""

    expected_requests: Count


class Plan(msgspec.Struct, frozen=True):
    """What each backend would do for a page."""

    plan: dict[str, Expectation]


def page_of(address: str, query: dict[str, object]) -> Page | None:
    """Ask for a page: none if no backend could answer in time."""
    try:
        return _answered(address, query, Page)
    except HTTPError as error:
        if error.code == 504:  # noqa: PLR2004  # HTTP
            return None
        raise SystemExit(f"{query}: {error.code}: {error.read().decode()}") from error


def plan_of(address: str, query: dict[str, object]) -> Plan:
    """Ask what a page would take."""
    return _answered(address, {**query, "explain": "true"}, Plan)


def chunks_of(address: str) -> Iterator[bytes]:
    """Stream everything, as it comes."""
    request = urllib.request.Request(  # noqa: S310  # our own server
        f"{address}/v1/sessions", headers={"Accept": "application/x-ndjson"}
    )
    with urllib.request.urlopen(request, timeout=_SECONDS) as reply:  # noqa: S310  # the same
        while chunk := reply.read1(_CHUNK_BYTES):
            yield chunk


def _answered(address: str, query: dict[str, object], form: type[AnswerT]) -> AnswerT:
    url = f"{address}/v1/sessions?{urlencode(query)}"
    with urllib.request.urlopen(url, timeout=_SECONDS) as reply:  # noqa: S310  # our own server
        return msgspec.json.decode(reply.read(), type=form)
