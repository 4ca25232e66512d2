"""What a checker of accessibility finds, light and dark, on a desk and on a phone."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.page.browser import PHONE, Look, looking
from tests.support.gateway import Gateway, backend, running, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHECKER = Path(__file__).with_name("accessibility") / "node_modules" / "axe-core" / "axe.min.js"
LOST = {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"}
PLACES = {
    "all": "/",
    "session": "/?show_session={session}",
    "backend": "/?show_backend=ekran",
    "nothing": "/?user=nobody&device=nothing",
}


@pytest.fixture
def checker() -> str:
    """Read the checker, if it is installed. In CI it is."""
    if not CHECKER.exists() and not os.environ.get("CI"):
        pytest.skip("the accessibility checker is not installed: make linters, which takes npm")
    assert CHECKER.exists(), "the accessibility checker is not installed: make linters"
    return CHECKER.read_text(encoding="utf-8")


async def findings(look: Look, checker: str) -> list[str]:
    """Name what is serious or worse, and where."""
    await look.page.evaluate(checker)
    found: dict[str, Any] = await look.page.evaluate("axe.run({resultTypes: ['violations']})")
    assert found["passes"], "it has looked at something"
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
async def test_the_checker_finds_nothing_serious(
    browser: Browser, gateway: Gateway, checker: str, place: str, scheme: str
) -> None:
    listed = await gateway.get("/v1/sessions", backend="digital-samba", limit=1)
    path = PLACES[place].format(session=listed.body["data"][0]["id"].replace(":", "%3A"))

    async with looking(browser, gateway.address + path, color_scheme=scheme) as look:
        await look.ready()
        found = await findings(look, checker)

    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_checker_finds_nothing_serious_where_a_backend_is_in_trouble(
    browser: Browser, gateway: Gateway, checker: str, scheme: str
) -> None:
    del gateway
    settings = settings_for(backend("roundware", LOST), backend("roundware", LOST, name="attic"))
    async with (
        running(settings) as troubled,
        looking(
            *(browser, f"{troubled.address}/?q=a"), color_scheme=scheme, expected_errors="status of"
        ) as look,
    ):
        await look.until("#notices", "missing")
        found = await findings(look, checker)
        await look.page.click("#key")
        found += await findings(look, checker)

    assert found == []


async def test_the_checker_finds_what_is_wrong(
    browser: Browser, gateway: Gateway, checker: str
) -> None:
    async with looking(browser, gateway.address) as look:
        await look.ready()
        await look.page.evaluate("document.querySelector('#q').closest('label').replaceWith(q)")
        await look.page.evaluate("q.removeAttribute('placeholder')")
        found = await findings(look, checker)

    assert any(each.startswith("label:") for each in found), found


@pytest.mark.parametrize(
    "path", ["/", "/?status=active&user=user131&last=7d", "/?show_backend=ekran"]
)
async def test_on_a_phone_nothing_is_wider_than_the_screen(
    browser: Browser, gateway: Gateway, path: str
) -> None:
    async with looking(browser, gateway.address + path, viewport=PHONE, has_touch=True) as look:
        await look.ready()
        wide = await look.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        shown = await look.page.evaluate(
            "document.querySelector('#sheet').open"
            " ? document.querySelector('#sheet').scrollWidth : 0"
        )

    assert wide[0] <= wide[1] == PHONE["width"]
    assert shown <= PHONE["width"]


async def test_colours_follow_the_device_until_somebody_chooses(
    browser: Browser, gateway: Gateway
) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    async with looking(browser, gateway.address, color_scheme="dark") as look:
        await look.ready()
        dark = await look.page.evaluate(ground)
        await look.page.click("#theme")
        light = await look.page.evaluate(ground)
        await look.page.reload()
        await look.ready()
        still = await look.page.evaluate(ground)

    assert dark == "rgb(14, 17, 22)"
    assert light == still == "rgb(246, 247, 249)"
