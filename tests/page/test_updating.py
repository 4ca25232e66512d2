"""Updating itself: no more often than answers are fresh, and not while nobody looks."""

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from gateway.app import build_app
from gateway.config import Settings
from gateway.config.settings import CacheSettings
from gateway.web.serving import Runner
from tests.page.browser import Look, looking
from tests.support.adapters import noon
from tests.support.gateway import Gateway, Vendors, all_vendors, running, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def show(page: Page, state: str) -> None:
    """Show the tab, or hide it."""
    await page.evaluate(
        """(state) => {
          const set = (name, value) =>
            Object.defineProperty(document, name, {configurable: true, value});
          set("visibilityState", state);
          set("hidden", state === "hidden");
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


async def settle(look: Look) -> None:
    """Wait until the round that is under way has ended."""
    await look.page.wait_for_selector('#live:not([data-state="asking"])')


async def test_it_asks_again_when_what_was_answered_is_not_fresh_any_more(
    browser: Browser, gateway: Gateway
) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        await settle(look)
        begun = len(look.calls)
        await look.tick(9)
        early = len(look.calls)
        await look.tick(20)
        await settle(look)
        later = len(look.calls)

    assert early == begun
    assert later > begun


async def test_it_does_not_ask_while_it_is_hidden_or_paused(
    browser: Browser, gateway: Gateway
) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        await settle(look)
        await show(look.page, "hidden")
        begun = len(look.calls)
        for _ in range(5):
            await look.tick(120)
        hidden = len(look.calls)
        async with look.page.expect_request(re.compile("/v1/backends")):
            await show(look.page, "visible")
        await settle(look)
        await look.page.click("#live")
        paused = len(look.calls)
        for _ in range(5):
            await look.tick(120)
        still = len(look.calls)
        words = await look.text("#live")
        async with look.page.expect_request(re.compile("/v1/backends")):
            await look.page.click("#live")

    assert hidden == begun
    assert still == paused
    assert words.startswith("Paused · updated ")


async def test_what_has_not_changed_is_answered_with_a_304(
    browser: Browser, vendors: Vendors, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.requests")
    unkept = CacheSettings(ttl_s=0)
    backends = [each.model_copy(update={"cache": unkept}) for each in vendors.backends.values()]
    async with (
        running(settings_for(*backends)) as gateway,
        looking(browser, gateway.address) as look,
    ):
        await look.ready()
        await settle(look)
        caplog.clear()
        await look.tick(60)
        await settle(look)

    lines = [
        record.getMessage()
        for record in caplog.records
        if "/v1/sessions" in record.msg % record.args
    ]
    assert lines
    assert all(" 304 " in line for line in lines), lines


@asynccontextmanager
async def serving_at(settings: Settings, port: int) -> AsyncIterator[int]:
    """Serve on a port, and give it."""
    runner = Runner(build_app(settings, clock=noon), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def test_it_outlives_a_restart_of_the_gateway(browser: Browser, vendors: Vendors) -> None:
    settings = vendors.settings()
    refused = "ERR_CONNECTION_REFUSED"
    async with serving_at(settings, 0) as port:
        stack = looking(browser, f"http://127.0.0.1:{port}/?last=all", expected_errors=refused)
        look = await stack.__aenter__()
        await look.ready()
        headline = await look.text("#headline")
    await look.tick(30)
    await look.until("#notices", "The gateway does not answer.")
    notice, kept = await look.text("#notices"), await look.text("#headline")
    waits = await look.text("#live")
    async with serving_at(settings, port):
        await look.tick(60)
        await look.page.wait_for_function(
            "() => document.querySelector('#notices').textContent === ''"
        )
        after = await look.text("#headline")
        await stack.__aexit__(None, None, None)

    assert "What is shown is of 12:00:0" in notice
    assert kept == headline == after
    assert waits.startswith("Trying again")


async def test_a_walk_goes_on_after_a_restart_that_has_lost_its_cursors(
    browser: Browser,
) -> None:
    async with all_vendors(140) as vendors:
        await walk_over_a_restart(browser, vendors.settings())


async def walk_over_a_restart(browser: Browser, settings: Settings) -> None:
    async with serving_at(settings, 0) as port:
        address = f"http://127.0.0.1:{port}/?sort=user&last=all"
        stack = looking(browser, address, expected_errors="status of 400")
        look = await stack.__aenter__()
        await look.ready()
        before = await look.text("#table-end")
    async with serving_at(settings, port):
        await look.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        await look.until("#table-end", "That is all")
        rows = await look.page.get_attribute("#grid", "aria-rowcount")
        total = await look.text("#table-words")
        await stack.__aexit__(None, None, None)

    assert before == "Reading more…"
    assert total == f"{int(rows or 0) - 1} sessions"
