"""The recorded examples are what is answered now, and what the description says."""

import importlib.util
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator

from gateway.web.openapi.document import document
from gateway.web.routes import routes

ROOT = Path(__file__).parent.parent.parent
RECORDED = sorted((ROOT / "gateway/web/openapi/examples").glob("*.json"))
DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(routes())))


async def test_the_recorded_answers_are_those_of_the_gateway() -> None:
    spec = importlib.util.spec_from_file_location("examples", ROOT / "docs/examples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    written = {path.name: path.read_text(encoding="utf-8") for path in RECORDED}

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
    assert not OAS31Validator(schema).is_valid(shapeless) or name in ("health", "readiness")
