"""The published schema of the configuration file says what the gateway says."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from gateway.config import configuration_schema
from tests.config.files import BACKENDS, ENVIRONMENT, loaded, refused

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs" / "schemas" / "configuration.schema.json"
SCHEMA = configuration_schema()

GOOD = [
    BACKENDS,
    "server: {port: 0, deadline_s: 2.5, state_dir: .}\n" + BACKENDS,
    'server: {port: "${env:PORT}", host: "::1"}\n' + BACKENDS,
    'auth: {anonymous: "${env:YES}"}\n' + BACKENDS,
    'cursor: {keys: ["${env:CURSOR_KEY}"]}\n' + BACKENDS,
    "defaults: {timeout_s: 30, limits: {max_body: 16MiB, concurrency: 2}}\n" + BACKENDS,
    BACKENDS + "    limits: {max_body: 4096}\n    operations: [create]\n    enabled: false\n",
]
BAD = {
    "colour: red\n" + BACKENDS: "$",
    "server: {port: many}\n" + BACKENDS: "$.server.port",
    "server: {port: 70000}\n" + BACKENDS: "$.server.port",
    "defaults: {timeout_s: 0}\n" + BACKENDS: "$.defaults.timeout_s",
    "cursor: {keys: [written-right-into-the-file]}\n" + BACKENDS: "$.cursor.keys[0]",
    "backends: []\n": "$.backends",
    BACKENDS.replace("token:", "tokn:"): "$.backends[0].options",
    BACKENDS.replace("${env:TOKEN}", "s3cret"): "$.backends[0].options.token",
    BACKENDS.replace("name: museum", "name: Museum!"): "$.backends[0].name",
    BACKENDS + "    operations: [dance]\n": "$.backends[0].operations[0]",
}
VARIABLES = {**ENVIRONMENT, "PORT": "8081", "YES": "true"}


def found(text: str, schema: dict[str, Any]) -> list[str]:
    """Name the places where a file does not fit, each once."""
    problems = Draft202012Validator(schema).iter_errors(yaml.safe_load(text))
    return sorted({problem.json_path for problem in problems})


def test_the_published_schema_is_the_one_in_force() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == SCHEMA


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_example_fits_it() -> None:
    assert found((ROOT / "config.example.yaml").read_text(encoding="utf-8"), SCHEMA) == []


@pytest.mark.parametrize("text", GOOD)
def test_a_file_that_is_in_order_fits(tmp_path: Path, text: str) -> None:
    loaded(tmp_path, text, VARIABLES)

    assert found(text, SCHEMA) == []


@pytest.mark.parametrize(("text", "place"), BAD.items())
def test_a_file_with_a_mistake_does_not_fit(tmp_path: Path, text: str, place: str) -> None:
    assert refused(tmp_path, text, VARIABLES)

    assert found(text, SCHEMA) == [place]


def test_a_backend_of_an_adapter_from_elsewhere_may_have_any_options() -> None:
    text = "backends: [{name: here, adapter: elsewhere, options: {colour: red}}]"

    assert found(text, SCHEMA) == []


def test_only_the_named_adapters_are_described() -> None:
    schema = configuration_schema(["ekran"])

    assert "EkranOptions" in schema["$defs"]
    assert "CortexOptions" not in schema["$defs"]


def test_every_key_and_option_is_described_for_editors() -> None:
    definitions = {"the file": SCHEMA, **SCHEMA["$defs"]}
    undescribed = [
        f"{name}.{key}"
        for name, definition in definitions.items()
        for key, told in definition.get("properties", {}).items()
        if not _description(told)
    ]

    assert undescribed == []


def _description(key: dict[str, Any]) -> object:
    place = key.get("$ref", "").removeprefix("#/$defs/")
    return key.get("description") or SCHEMA["$defs"].get(place, {}).get("description")


def test_the_defaults_that_are_told_are_the_defaults(tmp_path: Path) -> None:
    definitions = SCHEMA["$defs"]
    sections = {
        name: _defaults(definitions[model])
        for name, model in {
            "server": "ServerSettings",
            "auth": "AuthSettings",
            "cursor": "CursorSettings",
            "cors": "CorsSettings",
            "defaults": "DefaultSettings",
        }.items()
    }
    sections["defaults"] |= {
        "cache": _defaults(definitions["CacheSettings"]),
        "limits": _defaults(definitions["LimitSettings"]),
    }
    written = yaml.safe_dump({**_defaults(SCHEMA), **sections})

    told, silent = loaded(tmp_path, f"{written}{BACKENDS}"), loaded(tmp_path, BACKENDS)

    assert (sections["defaults"]["limits"]["rate"], sections["server"]["port"]) == ("20/s", 8080)
    assert told.model_copy(update={"backends": silent.backends}) == silent


def _defaults(definition: dict[str, Any]) -> dict[str, Any]:
    return {
        name: key["default"] for name, key in definition["properties"].items() if "default" in key
    }


def test_examples_of_values_are_accepted(tmp_path: Path) -> None:
    key = {"name": "one", "sha256": "0" * 64}
    for rate in _examples("KeySettings", "rate"):
        keys = json.dumps([{**key, "rate": rate, "redact": _examples("KeySettings", "redact")}])
        loaded(tmp_path, f"auth: {{keys: {keys}}}\n{BACKENDS}")
    for size in _examples("LimitSettings", "max_body"):
        loaded(tmp_path, f"defaults: {{limits: {{max_body: {size}}}}}\n{BACKENDS}")
    networks, origins = (
        _examples("ServerSettings", "trusted_proxies"),
        _examples("CorsSettings", "origins"),
    )
    head = {"server": {"trusted_proxies": networks}, "cors": {"origins": origins}}
    settings = loaded(tmp_path, f"{yaml.safe_dump(head)}{BACKENDS}")

    assert len(settings.server.trusted_proxies) == len(networks) == 2


def _examples(model: str, name: str) -> list[Any]:
    (found,) = _said(SCHEMA["$defs"][model]["properties"][name], "examples")
    return list(found)


def _said(tree: Any, keyword: str) -> list[Any]:  # noqa: ANN401  # any schema
    """Find what a schema says by a keyword, wherever in it."""
    if isinstance(tree, list):
        return [found for each in tree for found in _said(each, keyword)]
    if not isinstance(tree, dict):
        return []
    own = [tree[keyword]] if keyword in tree else []
    return own + [found for each in tree.values() for found in _said(each, keyword)]


def test_what_is_said_of_a_section_is_there_for_editors() -> None:
    assert SCHEMA["$defs"]["AuthSettings"]["description"] == "Who may call."
    assert SCHEMA["$defs"]["ServerSettings"]["properties"]["port"]["default"] == 8080
