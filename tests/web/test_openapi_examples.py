"""The recorded examples are what is answered now, and what the description says."""

import importlib.util
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator

from gateway.web.catalogue import CATALOGUE
from gateway.web.openapi.document import document
from gateway.web.routes import routes

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "gateway/web/openapi/examples"
RECORDED = sorted(EXAMPLES.glob("*.json"))
PROBLEMS = sorted(EXAMPLES.glob("problems/*.json"))
DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(routes())))

# Only a process that is about to end answers it.
PROBLEMS_NOT_SHOWN = {"stopping"}

# It would hold itself.
ANSWERS_NOT_SHOWN = {"give_description.200"}


async def test_the_recorded_answers_are_those_of_the_gateway(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    spec = importlib.util.spec_from_file_location("examples", ROOT / "docs/examples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    written = {
        path.relative_to(EXAMPLES).as_posix(): path.read_text(encoding="utf-8")
        for path in (*RECORDED, *PROBLEMS)
    }

    assert written == await module.examples(), "write them anew with make docs"


@pytest.mark.parametrize("file", RECORDED, ids=lambda path: path.stem)
def test_each_is_shown_and_is_as_described(file: Path) -> None:
    name, status = file.stem.split(".")
    operation = next(
        operation
        for methods in DOCUMENT["paths"].values()
        for method, operation in methods.items()
        if method != "parameters" and operation["operationId"] == name
    )
    content = operation["responses"][status]["content"]["application/json"]
    shown = content["examples"]["recorded"]["value"]
    schema = {**content["schema"], "components": DOCUMENT["components"]}

    assert shown == msgspec.json.decode(file.read_bytes())
    assert [error.message for error in OAS31Validator(schema).iter_errors(shown)] == []
    shapeless = {key: value for key, value in shown.items() if key != "data"} | {"data": 0}
    assert not OAS31Validator(schema).is_valid(shapeless) or "data" not in shown


def test_every_answer_but_the_description_is_shown() -> None:
    told = {
        f"{operation['operationId']}.{status}": answer["content"]["application/json"]
        for methods in DOCUMENT["paths"].values()
        for method, operation in methods.items()
        if method in ("get", "post")
        for status, answer in operation["responses"].items()
        if "application/json" in answer.get("content", {})
    }

    assert {name for name, media in told.items() if "examples" not in media} == ANSWERS_NOT_SHOWN


def test_every_problem_is_shown_where_it_is_answered() -> None:
    shown = DOCUMENT["components"]["examples"]

    assert shown.keys() == {path.stem for path in PROBLEMS} == CATALOGUE.keys() - PROBLEMS_NOT_SHOWN
    for name, answer in DOCUMENT["components"]["responses"].items():
        for media in answer.get("content", {}).values():
            assert media.get("examples", {}).keys() == {*answer["x-codes"]} - PROBLEMS_NOT_SHOWN, (
                name
            )


@pytest.mark.parametrize("file", PROBLEMS, ids=lambda path: path.stem)
def test_each_problem_is_shown_as_it_is_answered_and_described(file: Path) -> None:
    shown = DOCUMENT["components"]["examples"][file.stem]["value"]
    schema = {"$ref": "#/components/schemas/ProblemDocument", "components": DOCUMENT["components"]}

    assert shown == msgspec.json.decode(file.read_bytes())
    assert (shown["code"], shown["status"]) == (file.stem, CATALOGUE[file.stem].status)
    assert [error.message for error in OAS31Validator(schema).iter_errors(shown)] == []
