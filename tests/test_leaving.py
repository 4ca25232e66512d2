"""A client that leaves in mid-stream: nothing more is asked of any vendor for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from tests.support.gateway import Gateway, Vendors, all_vendors, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINES = {"Accept": "application/x-ndjson"}
ROWS = 6000
ALL_PAGES = {"digital-samba": 60, "ekran": 12}
"""At least as many requests read all there is of a vendor that is read page by page."""

# Measured: the last request comes within a millisecond, as it was on its way. The promise is
# 100 ms; the rest is for a machine that is busy.
_PROMPTLY = 0.5
_LONG_ENOUGH = 0.7  # All there is would be read meanwhile, or requests still come.


@dataclass
class Arrivals:
    """When requests came, by vendor and on the loop's clock."""

    vendors: Vendors
    at: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, server in self.vendors.servers.items():
            self.at[name] = []
            server.before_answering = self._noting(name)

    def _noting(self, name: str) -> Callable[[], None]:
        return lambda: self.at[name].append(now())


def now() -> float:
    """Read the loop's clock."""
    return asyncio.get_running_loop().time()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(ROWS) as vendors:
        yield vendors


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(vendors: Vendors) -> AsyncIterator[Gateway]:
    async with running(vendors.settings()) as gateway:
        yield gateway


async def read_and_leave(gateway: Gateway, lines: int, backends: list[str]) -> float:
    """Read so many lines of a stream, hang up, and say when that was."""
    url = f"{gateway.address}/v1/sessions"
    asked = [("backend", name) for name in backends]
    async with gateway.client.get(url, headers=LINES, params=asked) as response:
        for _ in range(lines):
            assert await response.content.readline()
        response.close()
        return now()


@pytest.mark.parametrize("lines", [1, 700])
@pytest.mark.parametrize("backends", [["digital-samba"], ["ekran"], []])
async def test_no_vendor_is_asked_for_a_client_that_has_left(
    vendors: Vendors, gateway: Gateway, backends: list[str], lines: int
) -> None:
    arrivals = Arrivals(vendors)

    left = await read_and_leave(gateway, lines, backends)
    await asyncio.sleep(_LONG_ENOUGH)  # A deadline is what is promised, so it is waited for.

    for name, came in arrivals.at.items():
        assert max(came, default=left) - left < _PROMPTLY
        assert len(came) < ALL_PAGES.get(name, 10), "there was more to be read"


async def test_what_is_read_page_by_page_takes_many_requests(
    vendors: Vendors, gateway: Gateway
) -> None:
    arrivals = Arrivals(vendors)

    async with gateway.client.get(f"{gateway.address}/v1/sessions", headers=LINES) as response:
        await response.read()

    for name, requests in ALL_PAGES.items():
        assert len(arrivals.at[name]) >= requests
