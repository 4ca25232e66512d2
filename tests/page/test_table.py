"""The table: as many rows as there are, reached by wheel and by keys."""

import json
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.page.aging import aging
from tests.page.browser import looking
from tests.support.adapters import NOON
from tests.support.gateway import Gateway, all_vendors, running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

LONGEST_MS = 100
LAST_ROW = """Math.max(
  ...[...document.querySelectorAll(".grid-body [role=row]")].map((row) => row.ariaRowIndex))"""
SCROLL_TO_THE_END = """async () => {
  const end = document.querySelector("#table-end");
  let most = 0;
  while (!end.textContent.startsWith("That is all")) {
    scrollBy(0, 2000);
    await new Promise(requestAnimationFrame);
    most = Math.max(most, document.querySelectorAll(".grid-body [role=row]").length);
  }
  scrollTo(0, document.body.scrollHeight);
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return [end.textContent, most];
}"""


async def test_ten_thousand_rows_are_scrolled_without_a_frame_of_long_script(
    browser: Browser,
) -> None:
    async with (
        all_vendors(2000) as vendors,
        running(vendors.settings()) as gateway,
        looking(browser, f"{gateway.address}/?last=all", now=None) as look,
    ):
        await look.ready()
        await browser.start_tracing(page=look.page, categories=["toplevel"])
        told, most = await look.page.evaluate(SCROLL_TO_THE_END)
        trace = json.loads(await browser.stop_tracing())
        last = await look.page.evaluate(LAST_ROW)
        counted = await gateway.get("/v1/sessions/summary", by="status")
        address = look.page.url

    number = counted.body["total"]["value"]
    assert number >= 10_000
    assert told == f"That is all: {number:,}."
    assert last == number + 1, "the head is the first"
    assert most < 120, "rows are made for what is in sight alone"
    assert address.endswith("/?last=all")
    assert longest_task_ms(trace) < LONGEST_MS


def longest_task_ms(trace: dict[str, Any]) -> float:
    """Find the longest task of the page's main thread, in milliseconds of that thread itself.

    What the thread waited for a processor counts for nothing: other programs are busy too.
    """
    threads = {
        (event["pid"], event["tid"])
        for event in trace["traceEvents"]
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event.get("tdur", event["dur"]) / 1000
        for event in trace["traceEvents"]
        if event["ph"] == "X"
        and (event["pid"], event["tid"]) in threads
        and "RunTask" in event["name"]
    ]
    assert len(tasks) > 100, "the trace tells of the tasks"
    return float(max(tasks))


async def focused(page: Page) -> str:
    found: str = await page.evaluate(
        "document.activeElement.id || document.activeElement.getAttribute('aria-label')"
        " || document.activeElement.textContent"
    )
    return found


async def test_everything_is_reached_and_done_with_keys(browser: Browser, gateway: Gateway) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        page = look.page
        await page.keyboard.press("Tab")
        assert await focused(page) == "Skip to the sessions"
        await page.keyboard.press("Enter")
        for _ in range(6):  # The heads that sort
            await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        first = await page.evaluate("document.activeElement.ariaRowIndex")
        for key in ("ArrowDown", "ArrowDown", "PageDown", "End", "Home", "ArrowDown"):
            await page.keyboard.press(key)
        second = await page.evaluate("document.activeElement.ariaRowIndex")
        await page.keyboard.press("Enter")
        await look.until("#sheet", "Show the raw record")
        opened = page.url
        await page.keyboard.press("Escape")
        await page.wait_for_url(lambda url: "show_session=" not in url)
        back = await page.evaluate("document.activeElement.ariaRowIndex")

    assert (first, second, back) == ("2", "3", "3")
    assert "show_session=" in opened


async def test_a_filter_is_added_and_removed_with_keys(browser: Browser, gateway: Gateway) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        page = look.page
        await page.focus("#add")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("user131")
        await page.keyboard.press("Enter")
        await look.until("#chips", "user user131")
        added = page.url
        await page.focus("#chips button")
        await page.keyboard.press("Enter")
        await page.wait_for_function("() => !document.querySelector('#chips').textContent")
        removed = page.url

    assert added.endswith("/?user=user131")
    assert removed.endswith("/")


async def test_it_is_sorted_by_its_heads_as_the_api_sorts(
    browser: Browser, gateway: Gateway
) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        await look.page.click("#columns >> text=User")
        await look.page.wait_for_function("() => document.body.dataset.busy === 'false'")
        rows = await look.rows()
        order = await look.page.get_attribute("#columns .col-user", "aria-sort")
        listed = await gateway.get(
            "/v1/sessions", sort="user", limit=10, started_after="2026-11-21T12:00:00Z"
        )

    names = [session["user"]["name"] or session["user"]["id"] for session in listed.body["data"]]
    assert [row["user"] for row in rows][:10] == names
    assert order == "ascending"
    assert look.page.url.endswith("/?sort=user")


async def test_new_sessions_appear_and_who_reads_further_down_goes_on_reading(
    browser: Browser,
) -> None:
    async with (
        aging(60, ttl_s=0, stale_if_error_s=0) as place,
        looking(browser, f"{place.gateway.address}/?backend=canopsis&last=all") as look,
    ):
        await look.ready()
        await look.until("#table-words", "60 sessions")
        await scroll(look.page, "document.querySelector('#rows').offsetTop + 1200")
        before = await middle(look.page)
        place.vendors.servers["canopsis"].world.insert(NOON)
        place.clock.now = 60
        await look.tick(60)
        await look.until("#table-words", "61 sessions")
        after = await middle(look.page)
        await scroll(look.page, "0")
        newest = (await look.rows())[0]

    assert before == after
    assert newest["started"] == "12:00:00"


async def scroll(page: Page, to: str) -> None:
    """Scroll, and wait until what has come into sight is drawn."""
    script = f"async () => {{ scrollTo(0, {to}); await new Promise(requestAnimationFrame);"
    await page.evaluate(script + " await new Promise(requestAnimationFrame); }")


async def middle(page: Page) -> str:
    """Read the row in the middle of what is seen, once it is drawn."""
    row = "document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('[role=row]')"
    await page.wait_for_function(f"() => {row}")
    found: str = await page.evaluate(f"{row}.textContent")
    return found
