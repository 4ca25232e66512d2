"""Kinds of problems: each has a type that leads to a page on it, and none is without."""

import ast
import html
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import gateway.web
from gateway.model.report import ErrorCode
from gateway.web.catalogue import CATALOGUE
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.web.test_front_door import problem
from tests.web.test_headers import NOWHERE

SOURCES = sorted(Path(gateway.web.__file__).parent.glob("*.py"))
# Where in a call a code stands, by what is called.
PLACES = {"Problem": 1, "ParameterError": 1, "refuse": 1, "_bad_cursor": 0}


def codes(source: Path) -> Iterator[str]:
    """Find the codes that a module can answer with."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
                if name in PLACES and len(arguments) > PLACES[name]:
                    yield from constants(arguments[PLACES[name]])
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                for target, value in zip(targets, values, strict=False):
                    if isinstance(target, ast.Name) and target.id == "code":
                        yield from constants(value)


def constants(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(code)):
            yield code
        case ast.Attribute(value=ast.Attribute(attr=member)) if member in ErrorCode.__members__:
            yield ErrorCode[member].value


def test_every_code_there_is_is_in_the_catalogue_and_none_besides() -> None:
    answered = {code for source in SOURCES for code in codes(source)}

    # Statuses of the server itself, whose codes are their names.
    assert answered | {"not_found"} == CATALOGUE.keys()


def test_titles_tell_kinds_apart() -> None:
    assert len({kind.title for kind in CATALOGUE.values()}) == len(CATALOGUE)
    assert all(kind.meaning.endswith(".") and kind.remedy for kind in CATALOGUE.values())


@pytest.fixture
async def asked() -> AsyncIterator[Gateway]:
    async with running(settings_for(backend("roundware", NOWHERE))) as gateway:
        yield gateway


async def page(asked: Gateway, path: str, **headers: str) -> tuple[str, str]:
    async with asked.client.get(asked.address + path, headers=headers) as response:
        assert response.status == 200
        return response.content_type, await response.text()


@pytest.mark.parametrize("code", CATALOGUE)
async def test_the_type_of_a_problem_leads_to_a_page_on_it(asked: Gateway, code: str) -> None:
    kind = CATALOGUE[code]

    media_type, text = await page(asked, f"/problems/{code}")
    document = await asked.get(f"/problems/{code}", headers={"Accept": "application/json"})

    assert media_type == "text/html"
    assert html.escape(kind.meaning) in text
    assert html.escape(kind.remedy) in text
    assert document.body == {
        "type": f"/problems/{code}",
        "code": code,
        "status": kind.status.value,
        "title": kind.title,
        "meaning": kind.meaning,
        "remedy": kind.remedy,
    }


async def test_a_problem_is_of_its_type_and_tells_the_path_as_it_was_sent(asked: Gateway) -> None:
    answer = await asked.get("/v1/sessions/nowhere:a%20b%3F?")

    body = problem(answer, 404, "not_found")
    assert body["type"] == "/problems/not_found"
    assert body["title"] == "Not found"
    assert body["instance"] == "/v1/sessions/nowhere:a%20b%3F"


async def test_there_is_no_page_on_what_does_not_exist(asked: Gateway) -> None:
    problem(await asked.get("/problems/nothing"), 404, "not_found")
    problem(
        await asked.get("/problems/timeout", headers={"Accept": "image/png"}), 406, "not_acceptable"
    )
