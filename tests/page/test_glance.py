"""What is seen at a glance: how many sessions are active where, and what is missing."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser

from tests.page.aging import aging
from tests.page.browser import looking
from tests.support.clinic import PERSON, install_clinic
from tests.support.gateway import Gateway, Vendors, backend, running, settings_for
from tests.support.wires import HOST

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAY = "2026-11-21T12:00:00Z"


async def counts(gateway: Gateway) -> dict[str, int]:
    answer = await gateway.get("/v1/sessions/summary", by="backend,status", started_after=DAY)
    return {
        f"{cell['backend']} {cell['status']}": cell["count"]["value"]
        for cell in answer.body["data"]
    }


async def test_it_says_how_many_sessions_are_active_where(
    browser: Browser, gateway: Gateway
) -> None:
    counted = await counts(gateway)

    async with looking(browser, gateway.address) as look:
        await look.ready()
        headline = await look.text("#headline")
        cards = await look.texts("#backends .card")

    active = {name.split()[0]: n for name, n in counted.items() if name.endswith(" active")}
    assert headline == f"{sum(active.values())} sessions active"
    assert len(cards) == 5
    for card in cards:
        name = card.split()[0]
        total = sum(n for each, n in counted.items() if each.split()[0] == name)
        assert f"{active.get(name, 0)} active of {total}" in card, card


async def test_nothing_is_loaded_from_elsewhere_and_nothing_is_stored(
    browser: Browser, gateway: Gateway
) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        await look.page.click("#theme")
        stored = await look.page.evaluate(
            "[JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie]"
        )

    assert stored == ['{"theme":"dark"}', "{}", ""]
    assert all(request.startswith(f"GET {gateway.address}/") for request in look.requests)


async def test_it_says_what_a_user_did_today(browser: Browser, gateway: Gateway) -> None:
    listed = await gateway.get(
        "/v1/sessions", started_after="2026-11-22", backend="canopsis", limit=1
    )
    user = listed.body["data"][0]["user"]["name"]
    own = await gateway.get("/v1/sessions", started_after="2026-11-22", user=user, limit=1000)

    async with looking(browser, f"{gateway.address}/?last=today&user={user}") as look:
        await look.ready()
        explanation = await look.text("#explanation")
        rows = await look.rows()

    number = len(own.body["data"])
    assert f"{number} sessions of {user} started today" in explanation
    assert "Together they lasted" in explanation
    assert [row["user"] for row in rows] == [user] * number


async def test_a_backend_that_is_gone_is_named_with_since_when_and_why(browser: Browser) -> None:
    async with (
        aging(ttl_s=0, stale_if_error_s=0) as place,
        looking(browser, place.gateway.address) as look,
    ):
        await look.ready()
        before = await look.text("#notices")
        await place.vendors.servers["digital-samba"].stop()
        place.clock.now = 90
        await look.tick(90)
        await look.until("#notices", "digital-samba")
        notice = await look.text("#notices")
        card = await look.text('.card:has-text("digital-samba")')
        headline = await look.text("#headline")
        announced = await look.page.text_content("#announced")
        place.clock.now = 180
        await look.tick(90)
        await look.until("#notices", "3 min ago")
        again = await look.page.text_content("#announced")
        await look.page.click("#notices button")
        sheet = await look.text("#sheet")

    assert before == ""
    assert "digital-samba: missing. No answer since 12:00:00 (1 min ago)" in notice
    assert "it cannot be connected to" in notice
    assert "Its sessions are not in what is shown." in notice
    assert "not counted" in card
    assert headline.startswith("At least ")
    assert "In trouble because it cannot be connected to" in sheet
    assert "What it cannot do" in sheet
    assert announced == again == "digital-samba: missing.", "who listens is told of it once"


async def test_a_backend_that_is_out_of_date_is_shown_with_as_of_when(browser: Browser) -> None:
    async with (
        aging(ttl_s=0, stale_if_error_s=900) as place,
        looking(browser, place.gateway.address) as look,
    ):
        await look.ready()
        await place.vendors.servers["ekran"].stop()
        place.clock.now = 300
        await look.tick(300)
        await look.until("#notices", "ekran")
        notice = await look.text("#notices")
        card = await look.text('.card:has-text("ekran")')

    assert "ekran: out of date. As it was at 12:00:00 (5 min ago)" in notice
    assert "because it cannot be connected to" in notice
    assert "active of" in card, "what is kept of it is shown"


async def test_a_list_that_is_cut_short_is_said_to_be(browser: Browser, vendors: Vendors) -> None:
    near = vendors.backends["ekran"].model_copy(update={"horizon": timedelta(hours=2)})
    async with (
        running(settings_for(near)) as gateway,
        looking(browser, gateway.address) as look,
    ):
        await look.ready()
        notice = await look.text("#notices")

    assert "ekran: incomplete. It is capped" in notice


async def test_where_no_backend_can_be_read_that_is_said(browser: Browser) -> None:
    lost = backend("roundware", {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"})
    async with (
        running(settings_for(lost)) as gateway,
        looking(browser, gateway.address, expected_errors="status of 50") as look,
    ):
        await look.until("#headline", "No sessions can be read")
        notices = await look.text("#notices")

    assert "roundware: missing. It has not answered since the gateway started" in notices


async def test_names_that_are_markup_are_shown_as_text(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_clinic(tmp_path, monkeypatch)
    async with (
        hostile_vendor() as url,
        running(settings_for(backend("clinic", {"url": url, "marks": False}))) as gateway,
        looking(browser, f"{gateway.address}/?q=%3Cscript%3E") as look,
    ):
        await look.ready()
        await look.page.fill("#q", "")
        await look.until("#grid", HOSTILE)
        row = (await look.rows())[0]
        await look.page.click(".grid-body [role=row]")
        await look.until("#sheet", "ward")
        await look.page.click("text=Show the raw record")
        await look.page.wait_for_selector('pre[aria-label="Raw record"]')
        sheet = await look.text("#sheet")
        made = await look.page.locator("main img, dialog img, main script, dialog script").count()
        was_run = await look.page.evaluate("window.wasRun")

    assert row["user"] == HOSTILE
    assert HOSTILE in row["title"]
    assert sheet.count(HOSTILE) > 5
    assert (made, was_run) == (0, None)


HOSTILE = "<script>window.wasRun=1</script><img src=x onerror=window.wasRun=1>"


@asynccontextmanager
async def hostile_vendor() -> AsyncIterator[str]:
    """Run a server that tells markup wherever it tells a text."""
    texts = json.loads(re.sub('"canary[^"]*"', json.dumps(HOSTILE), json.dumps(PERSON)))
    session = {"id": "1", "started_at": "2026-11-22T11:00:00Z"} | texts

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(session if "id" in request.match_info else [session])

    app = web.Application()
    app.add_routes([web.get("/sessions", answer), web.get("/sessions/{id}", answer)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    try:
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
