"""The page at ``/`` as it is served: its files, its policy, and what comes of asking again."""

import re
import zipfile
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path, PurePosixPath

import pytest
from aiohttp import ClientResponse
from hatchling.builders.wheel import WheelBuilder

from gateway.config import AuthSettings, KeySettings
from tests.support.gateway import Gateway, backend, running, settings_for

ROOT = Path(__file__).parents[2]
HOME = Path(str(resources.files("gateway.web"))) / "page"
FILES = sorted(str(path.relative_to(HOME)) for path in HOME.glob("*/*"))
KEYS = AuthSettings(keys=(KeySettings(name="one", sha256="0" * 64),))


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    never_asked = {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"}
    settings = settings_for(backend("roundware", never_asked), auth=KEYS)
    async with running(settings) as gateway:
        yield gateway


async def asked(
    gateway: Gateway, path: str, method: str = "GET", **headers: str
) -> tuple[ClientResponse, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with gateway.client.request(method, gateway.address + path, headers=named) as response:
        return response, await response.text()


async def test_it_is_served_without_a_key_and_without_data(gateway: Gateway) -> None:
    response, text = await asked(gateway, "/")

    assert (response.status, response.content_type) == (200, "text/html")
    assert "roundware" not in text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", *(f"/page/{name}" for name in FILES)])
async def test_every_file_has_its_type_and_a_tag_and_is_compressed(
    gateway: Gateway, path: str
) -> None:
    response, _ = await asked(gateway, path)
    head, nothing = await asked(gateway, path, "HEAD")
    again, unchanged = await asked(gateway, path, If_None_Match=response.headers["ETag"])

    types = {
        "": "text/html",
        ".css": "text/css",
        ".mjs": "text/javascript",
        ".svg": "image/svg+xml",
    }
    assert response.content_type == types[PurePosixPath(path).suffix]
    assert (head.status, nothing, head.headers["ETag"]) == (200, "", response.headers["ETag"])
    assert (again.status, unchanged) == (304, "")
    assert response.headers["Cache-Control"] == "no-cache"
    if path.endswith(("main.mjs", "tokens.css", "/")):
        assert response.headers["Content-Encoding"] == "gzip"


async def test_its_policy_lets_nothing_in_from_elsewhere_also_where_it_has_not_changed(
    gateway: Gateway,
) -> None:
    response, _ = await asked(gateway, "/")
    unchanged, _ = await asked(gateway, "/", If_None_Match=response.headers["ETag"])

    policy = response.headers["Content-Security-Policy"]
    rules = dict(rule.partition(" ")[::2] for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert {rules[f"{kind}-src"] for kind in ("script", "style", "connect", "img")} == {"'self'"}
    assert rules["require-trusted-types-for"] == "'script'"
    assert unchanged.headers["Content-Security-Policy"] == policy


async def test_the_page_of_the_api_keeps_its_policy_where_it_has_not_changed(
    gateway: Gateway,
) -> None:
    response, _ = await asked(gateway, "/docs")
    unchanged, _ = await asked(gateway, "/docs", If_None_Match=response.headers["ETag"])

    assert unchanged.status == 304
    for name in ("Content-Security-Policy",):
        assert unchanged.headers[name] == response.headers[name]


@pytest.mark.parametrize(
    "path",
    [
        *("/page/parts/none.mjs", "/page/index.html", "/page/../routes.py", "/page/parts/"),
        *("/page/parts/..%2f..%2froutes.py", "/page/%2e%2e/routes.py", "/page/parts%2fmain.mjs"),
    ],
)
async def test_nothing_else_is_served(gateway: Gateway, path: str) -> None:
    response, text = await asked(gateway, path)

    assert response.status == 404
    assert '"code":"not_found"' in text


def test_it_names_no_other_place_and_runs_nothing_that_is_written_in_it() -> None:
    page = (HOME / "index.html").read_text(encoding="utf-8")

    assert not re.search(r"<(script|style)[^>]*>[^<]", page)
    assert not re.search(r"\s(style|on\w+)=", page)
    for name in ("index.html", *FILES):
        text = (HOME / name).read_text(encoding="utf-8")
        assert set(re.findall(r"https?://[^\s\"')]+", text)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".mjs")])
def test_no_script_makes_markup_of_text(name: str) -> None:
    text = (HOME / name).read_text(encoding="utf-8")

    for sink in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert sink not in text


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("rules/")])
def test_rules_know_neither_the_page_nor_the_network(name: str) -> None:
    text = (HOME / name).read_text(encoding="utf-8")

    assert not re.findall(r"\b(document|window|fetch|localStorage|setTimeout|Date\.now)\b", text)
    assert not re.findall(r'from "\.\./', text), "rules lead to rules alone"


def test_a_wheel_holds_the_whole_page(tmp_path: Path) -> None:
    built = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))

    names = zipfile.ZipFile(built).namelist()

    assert {f"gateway/web/page/{name}" for name in ("index.html", *FILES)} <= set(names)
