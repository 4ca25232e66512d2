"""A real browser that looks at the page, and notes all that it should not have done."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, async_playwright

from tests.support.adapters import NOON

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
_PATIENCE_MS = 15_000
_SEEN = '.grid-body [role="row"]:not([hidden])'


@dataclass
class Look:
    """A page that somebody looks at, and what the browser told of it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def text(self, selector: str) -> str:
        """Read what is shown, as one line."""
        return " ".join((await self.page.inner_text(selector)).split())

    async def texts(self, selector: str) -> list[str]:
        """Read what is shown in each of several elements."""
        return [
            " ".join(text.split()) for text in await self.page.locator(selector).all_inner_texts()
        ]

    async def rows(self) -> list[dict[str, str]]:
        """Read the rows of the table that are in sight, in their order."""
        script = """(rows) => rows
          .sort((one, other) => one.ariaRowIndex - other.ariaRowIndex)
          .map((row) => Object.fromEntries([...row.children].map(
            (cell) => [cell.className.split(" ")[0].replace("cell-", ""), cell.textContent])))"""
        found: list[dict[str, str]] = await self.page.locator(_SEEN).evaluate_all(script)
        return found

    async def ready(self) -> None:
        """Wait until what is looked at has been read."""
        await self.page.wait_for_function(
            "() => document.body.dataset.busy === 'false'"
            " && document.querySelector('#table-end').textContent !== ''"
            " && document.querySelector('#live').dataset.state !== 'asking'"
        )

    async def until(self, selector: str, words: str) -> None:
        """Wait until some words are shown."""
        script = (
            "([selector, words]) => document.querySelector(selector)?.innerText.includes(words)"
        )
        try:
            await self.page.wait_for_function(script, arg=[selector, words])
        except Error as error:
            shown = await self.text(selector)
            raise AssertionError(f"{words!r} is not in {shown!r}") from error

    async def tick(self, seconds: float) -> None:
        """Let time go by for the page; what is due then is done."""
        await self.page.clock.fast_forward(int(seconds * 1000))

    @property
    def calls(self) -> list[str]:
        """Give the calls of the API so far."""
        return [request for request in self.requests if "/v1/" in request]

    async def violations(self) -> list[str]:
        """Give what the policy of the page has kept the browser from."""
        found: list[str] = await self.page.evaluate("window.violations")
        return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run the browser that is installed. In CI one is; elsewhere the test is skipped."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and not os.environ.get("CI"):
        pytest.skip("no chromium is installed: apt-get install chromium")
    assert path is not None, "chromium is not installed"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def looking(
    browser: Browser,
    address: str,
    *,
    now: datetime | None = NOON,
    expected_errors: str | None = None,
    **context: Any,  # noqa: ANN401  # the library's own
) -> AsyncIterator[Look]:
    """Look at an address, at noon unless told otherwise. In the end nothing is to be wrong.

    ``expected_errors`` is what the browser may complain of, such as a status.
    """
    settings = {"viewport": DESKTOP, "timezone_id": "UTC", "locale": "en-GB", **context}
    opened = await browser.new_context(**settings)
    try:
        opened.set_default_timeout(_PATIENCE_MS)
        page = await opened.new_page()
        look = Look(page)
        _note(look, expected_errors)
        await page.add_init_script(_VIOLATIONS)
        if now is not None:
            await page.clock.install(time=now)
        await page.goto(address)
        yield look
        origin = "/".join(address.split("/", 3)[:3])
        foreign = [
            each for each in look.requests if not each.split(" ")[1].startswith(origin + "/")
        ]
        assert (await look.violations(), foreign, look.errors) == ([], [], [])
    finally:
        await opened.close()


def _note(look: Look, expected_errors: str | None) -> None:
    def note_request(request: Request) -> None:
        look.requests.append(f"{request.method} {request.url}")

    def note_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and (
            expected_errors is None or expected_errors not in message.text
        ):
            look.errors.append(message.text)

    look.page.on("request", note_request)
    look.page.on("console", note_message)
    look.page.on("pageerror", lambda error: look.errors.append(str(error)))
