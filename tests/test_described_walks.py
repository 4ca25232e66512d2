"""Vendors in YAML, played by their files: walks by offset and by page go on over restarts."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.declarative.fake.server import GeneratedVendor
from adapters.declarative.reading import options_model_of
from adapters.declarative.workbench import made_up_options
from gateway.config import CacheSettings, Settings
from tests.support.adapters import noon
from tests.support.gateway import Answer, backend, running, settings_for
from tests.test_queries import oracle_sorted

_FILES = Path(__file__).parents[1] / "examples" / "vendors"
_ROWS = 230
_LIMIT = 9
_MOST_REQUESTS = 3
"""For a page of a walk that goes on where it was: two pages of the vendor's, and one to see."""


@dataclass
class Played:
    """A vendor that runs, and the settings of a gateway over it that keeps nothing."""

    vendor: GeneratedVendor
    settings: Settings

    async def walk(
        self, meanwhile: Callable[[list[Answer]], None] = lambda _: None
    ) -> list[Answer]:
        """Read to the end; between two pages something may happen."""
        pages = [await self._page()]
        while (cursor := pages[-1].body["page"]["next"]) is not None:
            meanwhile(pages)
            pages.append(await self._page(cursor=cursor))
        return pages

    async def _page(self, **asked: object) -> Answer:
        """Ask a gateway that is started for this page alone."""
        async with running(self.settings) as gateway:
            page = await gateway.call("GET", "/v1/sessions", {"limit": _LIMIT, **asked})
        assert page.status == 200, page.body
        assert page.body["complete"] is True
        return page

    def ids(self) -> set[str]:
        """Name the sessions that there are."""
        return {f"here:{held.native_id}" for held in self.vendor.held()}


@asynccontextmanager
async def playing(name: str, rows: int = _ROWS) -> AsyncIterator[Played]:
    file = _FILES / f"{name}.yaml"
    spec = options_model_of(file).written
    vendor = GeneratedVendor(spec, {"spec": str(file), **made_up_options(spec)}, rows, noon)
    options = vendor.options(await vendor.start())
    kept = CacheSettings(ttl_s=0)
    configured = backend("declarative", options, name="here", cache=kept)
    try:
        yield Played(
            vendor, settings_for(configured, cursor={"keys": ["a key that all of them have"]})
        )
    finally:
        await vendor.stop()


@pytest.mark.parametrize("name", ["harbour", "lantern", "orbitlab", "quarry"])
async def test_a_walk_over_restarts_gives_everything_once_and_in_order(name: str) -> None:
    async with playing(name) as played:
        pages = await played.walk()

    told = [session for page in pages for session in page.body["data"]]
    assert {each["id"] for each in told} == played.ids()
    assert len(told) == _ROWS
    assert [each["id"] for each in told] == oracle_sorted(told, "-started_at")


async def test_a_walk_by_offset_goes_on_where_it_was() -> None:
    async with playing("lantern") as played:
        pages = await played.walk()

    assert max(page.body["backends"]["here"]["requests"] for page in pages) <= _MOST_REQUESTS


async def test_what_stays_is_given_once_though_others_come_and_go() -> None:
    async with playing("lantern") as played:
        stayed = played.ids()

        def come_and_go(pages: list[Answer]) -> None:
            given = {each for page in pages for each in page.ids}
            leaving = min(played.ids() - given if len(pages) % 2 else given & played.ids())
            played.vendor.insert()
            played.vendor.delete(leaving.removeprefix("here:"))
            stayed.discard(leaving)

        pages = await played.walk(come_and_go)

    told = [each for page in pages for each in page.ids]
    assert len(told) == len({*told})
    assert stayed <= {*told}
    assert len(stayed) > _ROWS // 2
