"""The published schema of an adapter's file helps while typing, and refuses what cannot be."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.declarative.adapter import DeclarativeAdapter
from adapters.declarative.language.spec import Spec
from gateway.documents.reading import parsed
from gateway.documents.schema import document_schema
from gateway.spi import Json
from tests.adapters.declarative.specs import REST, SOCKET, told_of

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "schemas" / "adapter.schema.json"
EXAMPLES = sorted((ROOT / "examples" / "vendors").glob("*.yaml"))
SCHEMA = document_schema(Spec)

BAD = {
    REST.replace("personal:", "persnal:"): "$",
    REST.replace("style: page_index", "style: offset"): "$.list.paginate",
    REST.replace("kind: bearer", "kind: bearr"): "$.transport",
    REST.replace("max: 100", "max: many"): "$.list.paginate",
    REST.replace("  native_id: {at: sessionId}\n", ""): "$.map",
    REST.replace("is: not_found", "is: missing"): "$.errors[1].is",
    SOCKET.replace("spec: 1", "spec: 2"): "$.spec",
}


def found(text: str) -> list[str]:
    """Name the places where a file does not fit, each once."""
    problems = Draft202012Validator(SCHEMA).iter_errors(tree(text))
    return sorted({problem.json_path for problem in problems})


def tree(text: str) -> Json:
    return parsed(Path("vendor.yaml"), text).tree


def test_the_published_schema_is_the_one_in_force() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == SCHEMA


def test_the_adapter_tells_which_file_its_options_name() -> None:
    assert DeclarativeAdapter.options_model.file_model is Spec


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_key_says_what_it_is_for() -> None:
    untold = [path for path, key in keys(SCHEMA) if not key.get("description", "").strip()]

    assert untold == []
    assert len([*keys(SCHEMA)]) > 100


@pytest.mark.parametrize("text", [REST, SOCKET], ids=["rest", "socket"])
def test_what_is_read_fits_it(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_an_example_fits_it_and_is_in_order(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert found(text) == []
    assert told_of(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "place"), BAD.items(), ids=[str(number) for number in range(len(BAD))]
)
def test_what_is_refused_does_not_fit_it(text: str, place: str, tmp_path: Path) -> None:
    assert place in found(text)
    assert told_of(tmp_path, text)


def keys(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    models = {"": schema, **schema["$defs"]}
    return [
        (f"{name}.{key}", told)
        for name, model in models.items()
        for key, told in model.get("properties", {}).items()
    ]
