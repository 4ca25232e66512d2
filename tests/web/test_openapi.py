"""The published description: whole, valid, and served as it is."""

import json
import re
from collections.abc import AsyncIterator
from html import escape
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from click.testing import CliRunner
from multidict import MultiDict
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.cli.main import main
from gateway.model.query import Field
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode
from gateway.model.session import Session
from gateway.paging.cursor import CursorSealer
from gateway.spi.abilities import FieldKind
from gateway.spi.registry import load_adapter, load_simulator, simulator_names
from gateway.web.admission import Admission
from gateway.web.callers import ANYONE, Keyring
from gateway.web.catalogue import CATALOGUE
from gateway.web.cors import ACCEPTED, EXPOSED
from gateway.web.keys import CALLER
from gateway.web.middlewares import authenticate
from gateway.web.openapi.document import document
from gateway.web.openapi.operations import OPERATIONS
from gateway.web.parse import DOCUMENT_FIELDS, Directory, parse_list
from gateway.web.problems import Problem
from gateway.web.routes import routes
from tests.support.adapters import noon
from tests.support.gateway import Gateway, backend, running, settings_for

DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(routes())))
OPERATIONS_TOLD = {
    (path, method): operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if method != "parameters"
}
METHODS = {
    operation["operationId"]: operation
    for (_, method), operation in OPERATIONS_TOLD.items()
    if method not in ("head", "options")
}
SHAPES = DOCUMENT["components"]["schemas"]


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, if it is one."""
    if "$ref" not in part:
        return part
    _, kind, name = part["$ref"].removeprefix("#/").split("/")
    found: dict[str, Any] = DOCUMENT["components"][kind][name]
    return found


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    never_asked = {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"}
    async with running(settings_for(backend("roundware", never_asked))) as gateway:
        yield gateway


def test_it_is_a_valid_description() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_endpoint_is_described_and_none_besides() -> None:
    served = {route.handler.__name__ for route in routes() if isinstance(route, web.RouteDef)}

    assert served == METHODS.keys() == OPERATIONS.keys()
    assert all(operation["summary"] for operation in OPERATIONS_TOLD.values())


async def test_the_methods_of_each_path_are_those_it_answers_to(gateway: Gateway) -> None:
    for path, methods in DOCUMENT["paths"].items():
        asked = re.sub("{[^}]*}", "x", path)
        async with gateway.client.options(gateway.address + asked) as response:
            served = {each.lower() for each in response.headers["Allow"].split(", ")}

        assert response.status == 204
        assert served == methods.keys() - {"parameters"}, path


def test_a_head_is_told_as_that_of_the_answer_it_is_of() -> None:
    for (path, method), operation in OPERATIONS_TOLD.items():
        if method == "head":
            whole = OPERATIONS_TOLD[path, "get"]
            assert operation["parameters"] == whole["parameters"]
            assert operation["responses"].keys() == whole["responses"].keys()
            for status, answer in operation["responses"].items():
                head, answered = resolved(answer), resolved(whole["responses"][status])
                assert "content" not in head
                assert answered["headers"].keys() <= head["headers"].keys()


def test_an_endpoint_of_which_nothing_is_said_is_no_description() -> None:
    async def new_endpoint(_request: web.Request) -> web.Response:
        """Do something new."""
        return web.Response()

    with pytest.raises(KeyError, match="new_endpoint"):
        document([*routes(), web.get("/v1/new", new_endpoint)])


def test_every_parameter_is_told_with_the_values_that_are_taken() -> None:
    given = map(resolved, METHODS["list_sessions"]["parameters"])
    told = {each["name"]: each for each in given if each["in"] == "query"}

    assert told["limit"]["schema"] == {"type": "integer", "minimum": 1, "default": 50}
    assert told["status"]["schema"]["items"]["enum"] == ["active", "ended", "unknown"]
    assert told["count"]["schema"]["enum"] == ["cheap", "exact", "none"]
    assert {name for name in told if told[name]["schema"]["type"] == "array"} == {
        *("backend", "vendor", "status", "user", "device", "client", "space", "language", "tag"),
        *("native_id", "native_status"),
    }
    directory = Directory({"museum": "roundware"}, {})
    for name, each in told.items():
        if "default" in each["schema"]:
            value = each["schema"]["default"]
            text = value if isinstance(value, str) else json.dumps(value)
            asked = parse_list(MultiDict({name: text}), ANYONE, directory, CursorSealer())
            assert asked.page_size == 50


def test_every_kind_of_problem_is_told_at_its_status() -> None:
    told = {
        (code, int(status))
        for operation in METHODS.values()
        for status, answer in operation["responses"].items()
        for code in resolved(answer).get("x-codes", [])
    }

    assert told == {(code, kind.status.value) for code, kind in CATALOGUE.items()}
    assert SHAPES["ProblemDocument"]["properties"]["code"]["enum"] == [*CATALOGUE]


def test_every_header_is_told_that_pages_may_send_or_read() -> None:
    of_schemes = {"Accept", "Authorization", "Content-Type", "X-API-Key"}

    parameters = DOCUMENT["components"]["parameters"].items()
    sent = {name for name, each in parameters if each["in"] == "header"}
    assert {*ACCEPTED} - of_schemes == sent
    assert {*EXPOSED} <= DOCUMENT["components"]["headers"].keys()
    used = {
        name
        for operation in OPERATIONS_TOLD.values()
        for answer in operation["responses"].values()
        for name in resolved(answer)["headers"]
    }
    assert used == DOCUMENT["components"]["headers"].keys()


def test_the_shapes_are_those_of_the_types_that_are_written() -> None:
    assert [*SHAPES["Session"]["properties"]] == [*Session.__struct_fields__]
    assert [*SHAPES["SessionFields"]["properties"]] == [*DOCUMENT_FIELDS, "raw"]
    for name, words in {
        "ErrorCode": ErrorCode,
        "BackendWarning": BackendWarning,
        "BackendStatus": BackendStatus,
        "Field": Field,
    }.items():
        assert set(SHAPES[name]["enum"]) == set(words), name


@pytest.mark.parametrize("name", simulator_names())
def test_the_body_of_a_write_has_room_for_what_every_vendor_takes(name: str) -> None:
    simulator = load_simulator(name)
    kinds = {"text": "string", "whole_number": "integer", "boolean": "boolean"}
    options = simulator(rows=1, seed=1, clock=noon).options("http://127.0.0.1:1")
    adapter_class = load_adapter(name)
    adapter = adapter_class(adapter_class.options_model.model_validate(options))
    scalar, nested = SHAPES["Change"]["additionalProperties"]["anyOf"]

    assert set(kinds) == set(FieldKind)
    for fields in adapter.abilities().operations.values():
        for field, declared in fields.items():
            room = nested["additionalProperties"] if "." in field else scalar
            assert kinds[declared.kind] in room["type"], field


async def test_it_is_served_with_a_tag(gateway: Gateway) -> None:
    answer = await gateway.get("/openapi.json")

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.body == DOCUMENT
    tag = {"If-None-Match": answer.headers["ETag"]}
    async with gateway.client.get(gateway.address + "/openapi.json", headers=tag) as again:
        assert (again.status, await again.read()) == (304, b"")


def test_it_is_printed() -> None:
    result = CliRunner().invoke(main, ["openapi"])

    assert result.exit_code == 0
    assert json.loads(result.output) == DOCUMENT


async def test_the_page_tells_every_endpoint_and_loads_nothing(gateway: Gateway) -> None:
    async with gateway.client.get(gateway.address + "/docs") as response:
        text = await response.text()

    assert response.status == 200
    assert response.content_type == "text/html"
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    for loading in ("<script", "<link", "<img", "<iframe", "@import", "url(", " src="):
        assert loading not in text, loading
    for name, operation in METHODS.items():
        assert f'id="{name}"' in text
        assert escape(operation["summary"]) in text


@pytest.mark.parametrize(
    ("path", "host", "is_asked_for_a_key"),
    [
        ("/docs", "127.0.0.1", False),
        ("/docs", "::1", False),
        ("/docs", "192.0.2.7", True),
        ("/docs", "2001:db8::7", True),
        ("/openapi.json", "192.0.2.7", False),
    ],
)
async def test_beyond_loopback_the_page_needs_a_key(
    path: str, host: str, *, is_asked_for_a_key: bool
) -> None:
    transport = Mock()
    transport.get_extra_info.return_value = (host, 8080)
    request = make_mocked_request("GET", path, transport=transport)
    keyring = Keyring(is_key_needed=True)
    admission = Admission(keyring, rates={}, trusted_proxies=(), timer=lambda: 0.0)

    if is_asked_for_a_key:
        with pytest.raises(Problem) as refused:
            await authenticate(request, admission, noon)
        assert refused.value.code == "unauthorized"
    else:
        await authenticate(request, admission, noon)
        assert CALLER not in request
