"""The address bar: what is looked at can be shared, and gone back from."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.async_api import Browser

from tests.page.browser import looking
from tests.support.adapters import NOON
from tests.support.gateway import Gateway

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_link_shows_to_others_what_was_looked_at(
    browser: Browser, gateway: Gateway
) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        await look.page.click("#ranges >> text=7 d")
        await look.page.click("#statuses >> text=Ended")
        await look.page.click(".card-name >> text=ekran")
        await look.page.click("#colours >> text=By status")
        await look.page.click("#columns >> text=Lasted")
        await look.ready()
        link = look.page.url
        shown = await look.rows()
    async with looking(browser, link) as other:
        await other.ready()
        found = await other.rows()
        pressed = await other.texts('[aria-pressed="true"]')

    assert dict(parse_qsl(urlsplit(link).query)) == {
        "status": "ended",
        "backend": "ekran",
        "last": "7d",
        "sort": "-duration_s",
        "colour": "status",
    }
    assert found == shown
    assert {row["status"] for row in found} == {"ended"}
    assert pressed == ["ekran", "7 d", "Ended", "By status"]


async def test_every_condition_of_the_api_is_taken_from_the_address_and_kept(
    browser: Browser, gateway: Gateway
) -> None:
    asked = (
        "vendor=ekran&device=nobody&client=c&space=s&language=en&tag=t&native_id=1"
        "&native_status=x&started_after=2026-11-01T00%3A00%3A00Z&started_before=2026-11-22"
        "&ended_after=2026-11-02&ended_before=2026-11-22&active_after=2026-11-01"
        "&active_before=2026-11-23&min_duration=5&max_duration=PT9H&q=a+b&attributes.mail=m%26m"
        "&user=a&user=b&status=active"
    )

    address = f"{gateway.address}/?{asked}"
    async with looking(browser, address, expected_errors="status of 400") as look:
        await look.until("#headline", "This view cannot be shown")
        chips = await look.texts("#chips .chip")
        calls = [call for call in look.calls if "/v1/sessions?" in call]
        await look.page.click("#colours >> text=By status")
        kept = look.page.url

    sent = parse_qsl(urlsplit(calls[0]).query)
    assert set(parse_qsl(asked)) <= set(sent)
    assert set(parse_qsl(urlsplit(kept).query)) == {*parse_qsl(asked), ("colour", "status")}
    assert {chip[:-2] for chip in chips} >= {"vendor's id 1", "mail m&m", "user b"}


async def test_back_and_forward_lead_through_what_was_looked_at(
    browser: Browser, gateway: Gateway
) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        await look.page.click("#statuses >> text=Active")
        await look.ready()
        await look.page.locator("#q").press_sequentially("user", delay=20)
        await look.tick(1)
        await look.page.wait_for_url("**/?status=active&q=user")
        typed = await look.page.input_value("#q")
        await look.page.go_back()
        await look.page.wait_for_url("**/?status=active")
        once = await look.page.input_value("#q")
        await look.page.go_back()
        await look.ready()
        twice = await look.texts('#statuses [aria-pressed="true"]')
        await look.page.go_forward()
        await look.ready()
        forth = await look.texts('#statuses [aria-pressed="true"]')

    assert (typed, once, twice, forth) == ("user", "", [], ["Active"])


async def test_a_range_that_is_dragged_over_the_time_line_becomes_the_filter(
    browser: Browser, gateway: Gateway
) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        box = await look.page.locator("#canvas").bounding_box()
        assert box is not None
        await look.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
        await look.page.mouse.down()
        await look.page.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + 60, steps=4)
        await look.page.mouse.up()
        await look.page.wait_for_url("**started_after**")
        await look.ready()
        rows = await look.rows()
        url = look.page.url
        await look.page.click("#zooms >> text=Reset")
        await look.ready()
        reset = look.page.url

    bounds = dict(parse_qsl(urlsplit(url).query))
    from_midnight, to_morning = (
        abs(datetime.fromisoformat(bounds[f"started_{end}"]) - NOON + timedelta(hours=hours))
        for end, hours in (("after", 12), ("before", 6))
    )
    assert max(from_midnight, to_morning) < timedelta(minutes=5)
    assert {row["started"][:2] for row in rows} <= {f"0{hour}" for hour in range(7)}
    assert rows
    assert reset.endswith("/")


async def test_what_is_clicked_on_the_time_line_is_opened(
    browser: Browser, gateway: Gateway
) -> None:
    async with looking(browser, f"{gateway.address}/?backend=cortex") as look:
        await look.ready()
        box = await look.page.locator("#canvas").bounding_box()
        assert box is not None
        for down in range(100, int(box["height"]), 3):
            await look.page.mouse.click(box["x"] + box["width"] - 4, box["y"] + down)
            if "show_session" in look.page.url:
                break
        await look.until("#sheet", "Show the raw record")
        sheet = await look.text("#sheet")

    assert "Backend cortex" in sheet


@pytest.mark.parametrize("name", ["ekran", "cortex", "roundware", "canopsis", "digital-samba"])
async def test_a_backend_and_a_session_of_it_are_shown_by_their_links(
    browser: Browser, gateway: Gateway, name: str
) -> None:
    listed = await gateway.get("/v1/sessions", backend=name, limit=1)
    session = listed.body["data"][0]

    async with looking(browser, f"{gateway.address}/?show_backend={name}") as look:
        await look.until("#sheet", "What it cannot do")
        told = await look.text("#sheet")
        await look.page.goto(f"{gateway.address}/?show_session={session['id'].replace(':', '%3A')}")
        await look.page.click("text=Show the raw record")
        raw = await look.text('pre[aria-label="Raw record"]')

    for word in ("Health", "Freshness", "Limits", "Filters by", "Kept for 15 seconds"):
        assert word in told
    assert session["native_id"] in raw
