"""Replies of a vendor over no wire at all, for tests in which only they matter."""

import json
from dataclasses import dataclass
from typing import Any

from gateway.spi import (
    NO_TICKET,
    First,
    HttpReply,
    HttpRequest,
    RawPage,
    SessionAdapter,
    UpstreamError,
)
from tests.support.adapters import NOON, Driver
from tests.support.payloads import recording


class Replies:
    """A wire that gives one reply after the other, or breaks, and keeps what was sent."""

    def __init__(self, *replies: HttpReply | UpstreamError) -> None:
        self.sent: list[HttpRequest] = []
        self._replies = iter(replies)

    @property
    def asked(self) -> list[str]:
        """Name the requests."""
        return [str(request) for request in self.sent]

    async def send(self, request: HttpRequest) -> HttpReply:
        """Give the next reply."""
        self.sent.append(request)
        reply = next(self._replies)
        if isinstance(reply, UpstreamError):
            raise reply
        return reply

    def driver(self, adapter: SessionAdapter[Any]) -> Driver:
        """Drive an adapter over this wire."""
        return Driver(adapter, self, NO_TICKET, NOON)


def reply(status: int = 200, body: object = b"", **headers: str) -> HttpReply:
    """Write a reply; what is not bytes is written as JSON."""
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpReply(status, {name.replace("_", "-"): v for name, v in headers.items()}, written)


def recorded(name: str) -> HttpReply:
    """Give the reply of a recording, by its place below tests/recordings and without its ending."""
    response = recording(f"{name}.json")["response"]
    body = response["body"]
    headers = {header.lower(): value for header, value in response["headers"].items()}
    written = body if isinstance(body, str) else json.dumps(body)
    return HttpReply(response["status"], headers, b"" if body is None else written.encode())


@dataclass(frozen=True)
class Told:
    """What a client is told of a reply: the code, whether to try again, and after how long."""

    code: str
    is_retryable: bool = False
    seconds: float | None = None


async def list_error(adapter: SessionAdapter[Any], answer: HttpReply) -> Told:
    """List over a reply that is none, and say what is told of it."""
    driver = Replies(answer).driver(adapter)
    return await _told(adapter.fetch_page(driver.plan(), First(), driver.context))


async def detail_error(adapter: SessionAdapter[Any], answer: HttpReply) -> Told:
    """Ask for one session over a reply that is none, and say what is told of it."""
    driver = Replies(answer).driver(adapter)
    return await _told(adapter.get("7", driver.context))


async def _told(call: Any) -> Told:  # noqa: ANN401  # any call
    try:
        answered: RawPage | object = await call
    except UpstreamError as error:
        failure = error.failure()
        return Told(failure.code, failure.retryable, failure.retry_after_s)
    raise AssertionError(f"{answered} is not an error")
