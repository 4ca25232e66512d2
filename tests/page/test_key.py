"""A gateway that needs a key: it is asked for, used, and kept nowhere."""

import hashlib

import pytest
from playwright.async_api import Browser

from gateway.config import AuthSettings, KeySettings
from tests.page.browser import looking
from tests.support.gateway import Vendors, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEY = "sg_a-key-that-is-made-up"
AUTH = AuthSettings(
    keys=(
        KeySettings(
            name="dashboards",
            sha256=hashlib.sha256(KEY.encode()).hexdigest(),
            backends=("cortex", "ekran"),
        ),
    )
)


async def test_a_key_is_asked_for_and_kept_in_memory_alone(
    browser: Browser, vendors: Vendors
) -> None:
    async with (
        running(vendors.settings(auth=AUTH)) as gateway,
        looking(browser, gateway.address, expected_errors="status of 401") as look,
    ):
        await look.until("#key-dialog", "asks for a key")
        before = await look.text("#headline")
        await look.page.fill("#key-text", "a wrong key")
        await look.page.keyboard.press("Enter")
        await look.until("#key-wrong", "That is no key")
        await look.page.fill("#key-text", "a-wrong-key")
        await look.page.keyboard.press("Enter")
        await look.until("#key-wrong", "not known here")
        await look.page.fill("#key-text", KEY)
        await look.page.keyboard.press("Enter")
        await look.until("#headline", "active")
        cards = await look.texts(".card-name")
        kept = await look.page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,"
            " document.documentElement.outerHTML, history.state,"
            " [...document.querySelectorAll('input')].map((input) => input.value)])"
        )
        url = look.page.url
        await look.page.reload()
        await look.until("#key-dialog", "asks for a key")
        after = await look.text("#headline")

    assert (before, after) == ("A key is needed", "A key is needed")
    assert cards == ["cortex", "ekran"], "what the key may not see is not there"
    assert KEY not in kept
    assert KEY not in url
    assert not any(KEY in request for request in look.requests)


async def test_a_key_that_is_forgotten_leaves_nothing_to_see(
    browser: Browser, vendors: Vendors
) -> None:
    async with (
        running(vendors.settings(auth=AUTH)) as gateway,
        looking(browser, gateway.address, expected_errors="status of 401") as look,
    ):
        await look.page.fill("#key-text", KEY)
        await look.page.keyboard.press("Enter")
        await look.until("#headline", "active")
        await look.page.click("#key")
        await look.page.click("#key-forget")
        await look.until("#headline", "A key is needed")
        asked = len(look.calls)
        cards, rows = await look.texts(".card"), await look.rows()
        await look.tick(300)
        await look.tick(300)

    assert (cards, rows) == ([], [])
    assert len(look.calls) == asked, "without a key it does not ask again and again"


async def test_escape_puts_the_question_off(browser: Browser, vendors: Vendors) -> None:
    async with (
        running(vendors.settings(auth=AUTH)) as gateway,
        looking(browser, gateway.address, expected_errors="status of 401") as look,
    ):
        await look.until("#key-dialog", "asks for a key")
        await look.page.keyboard.press("Escape")
        await look.page.wait_for_selector("#key-dialog", state="hidden")
        await look.page.click("#key")
        await look.page.wait_for_selector("#key-text")
