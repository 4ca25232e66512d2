"""The links of the description, followed from answers of the built gateway."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from gateway.web.openapi.document import document
from gateway.web.openapi.links import OF_SESSIONS
from gateway.web.routes import routes
from tests.support.gateway import Answer, Gateway
from tests.support.scribe import install_scribe, scribe
from tests.web.writing import WRITER, written

DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(routes())))
LINKS = DOCUMENT["components"]["links"]
PLACES = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if method != "parameters"
}


@pytest.fixture
async def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    install_scribe(tmp_path, monkeypatch)
    async with scribe() as server, written(server) as gateway:
        for native_id in ("n1", "n2", "n3"):
            server.add(native_id)
        yield gateway


def evaluated(expression: str, query: Mapping[str, object], answer: Answer) -> object:
    """Give what an expression stands for; nothing, if it is not there."""
    if expression.startswith("$request.query."):
        return query.get(expression.removeprefix("$request.query."))
    found: Any = answer.body
    for name in expression.removeprefix("$response.body#/").split("/"):
        found = found[int(name) if isinstance(found, list) else name]
    return found


async def followed(
    gateway: Gateway, link: str, answer: Answer, query: Mapping[str, object] | None = None
) -> tuple[Answer, Mapping[str, object]]:
    """Follow a link from an answer, and say what was asked."""
    described = LINKS[link]
    method, path = PLACES[described["operationId"]]
    asked: dict[str, object] = {}
    for name, expression in described["parameters"].items():
        value = evaluated(expression, query or {}, answer)
        if "{" + name + "}" in path:
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        elif value is not None:
            asked[name] = value
    return await gateway.call(method, path, asked, WRITER), asked


def offered(operation: str, status: str) -> set[str]:
    method, path = PLACES[operation]
    return {*DOCUMENT["paths"][path][method.lower()]["responses"][status].get("links", {})}


async def test_the_pages_of_a_list_lead_to_each_other(gateway: Gateway) -> None:
    asked: Mapping[str, object] = {"sort": "title", "limit": 1, "backend": "notes"}
    page = await gateway.get("/v1/sessions", headers=WRITER, **asked)
    titles = [page.body["data"][0]["title"]]
    while page.body["page"]["next"] is not None:
        page, asked = await followed(gateway, "next_page", page, asked)
        titles.append(page.body["data"][0]["title"])

    assert titles == ["n1", "n2", "n3"]
    assert "next_page" in offered("list_sessions", "200")


async def test_a_list_leads_to_a_session_and_that_to_its_backend_and_back(
    gateway: Gateway,
) -> None:
    page = await gateway.get("/v1/sessions", headers=WRITER, sort="title")
    session, _ = await followed(gateway, "first_session", page)
    backend, _ = await followed(gateway, "backend", session)
    again, _ = await followed(gateway, "sessions", backend)

    assert session.body["data"] == page.body["data"][0]
    assert backend.body["data"]["name"] == "notes"
    assert len(again.ids) == 3


async def test_what_is_created_leads_to_itself_and_to_what_can_be_done_with_it(
    gateway: Gateway,
) -> None:
    body = {"backend": "notes", "title": "Monday"}
    created = await gateway.post("/v1/sessions", body, headers=WRITER)
    found, _ = await followed(gateway, "session", created)
    done = {name: (await followed(gateway, name, created))[0] for name in OF_SESSIONS}

    assert created.status == 201
    assert found.body["data"]["title"] == "Monday"
    assert {name: answer.status for name, answer in done.items()} == {
        "backend": 200,
        "keep_alive": 200,
        "end": 200,
        # The vendor cannot.
        "hide": 501,
    }
    assert done["end"].body["data"]["status"] == "ended"
    assert offered("create_session", "201") == {"session", *OF_SESSIONS}


async def test_backends_lead_to_each_of_them(gateway: Gateway) -> None:
    backends = await gateway.get("/v1/backends", headers=WRITER)
    first, _ = await followed(gateway, "first_backend", backends)

    assert first.body["data"] == backends.body["data"][0]


async def test_a_problem_leads_to_its_meaning(gateway: Gateway) -> None:
    refused = await gateway.get("/v1/backends/nowhere", headers=WRITER)
    method, path = PLACES[LINKS["meaning"]["operationId"]]
    code = evaluated(LINKS["meaning"]["parameters"]["code"], {}, refused)
    accepting = {"Accept": "application/json"}
    meaning = await gateway.call(method, path.format(code=code), headers=accepting)

    assert (meaning.status, meaning.body["code"]) == (200, refused.body["code"])
