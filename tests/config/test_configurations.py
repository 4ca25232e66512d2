"""The files to begin with, in ``examples/configurations``: each is in order as it stands."""

import re
import shutil
from pathlib import Path

import pytest
import trustme
import yaml
from jsonschema import Draft202012Validator

from gateway.config import Settings, configuration_schema, load, warnings

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "examples" / "configurations").glob("*"))
IN_CLEAR_TEXT = (
    "server.tls: not given, so keys and sessions travel unencrypted"
    " unless a proxy in front encrypts them"
)
NO_CURSOR_KEYS = "cursor.keys: not given, so no cursor survives a restart"
REMARKS = {"laptop.yaml": [NO_CURSOR_KEYS], "server.yaml": [], "replicas.yaml": [IN_CLEAR_TEXT]}


def set_up(example: Path, folder: Path) -> Settings:
    """Do what the file says is to be done, and read it."""
    authority = trustme.CA()
    issued = authority.issue_cert("gateway.example")
    authority.cert_pem.write_to_path(folder / "rootCA.pem")
    issued.private_key_pem.write_to_path(folder / "server.key")
    issued.cert_chain_pems[0].write_to_path(folder / "server.pem")
    (folder / "state").mkdir()
    text = example.read_text(encoding="utf-8")
    for name in re.findall(r"\$\{file:(.+?)\}", text):
        (folder / name).write_text(f"a made-up value of {name}\n")
    names = re.findall(r"\$\{env:(\w+)\}", text)
    hashes = {name: f"{number:064x}" for number, name in enumerate(names) if "SHA256" in name}
    copied = shutil.copy(example, folder)
    values = {name: f"a value of {name}" for name in names}
    cache = {"REDIS": "rediss://replicas:made-up@cache.example:6379/0"}
    return load(copied, values | hashes | cache, is_strict=True)


def test_there_is_one_for_each_kind_of_place() -> None:
    assert {path.name for path in FILES} == REMARKS.keys()


@pytest.mark.parametrize("example", FILES, ids=lambda path: path.name)
def test_it_is_in_order_and_has_only_the_remarks_that_it_speaks_of(
    example: Path, tmp_path: Path
) -> None:
    settings = set_up(example, tmp_path)

    assert list(warnings(settings)) == REMARKS[example.name]


@pytest.mark.parametrize("example", FILES, ids=lambda path: path.name)
def test_editors_find_nothing_wrong_with_it(example: Path) -> None:
    tree = yaml.safe_load(example.read_text(encoding="utf-8"))

    problems = Draft202012Validator(configuration_schema()).iter_errors(tree)

    assert [problem.message for problem in problems] == []


@pytest.mark.parametrize("example", FILES, ids=lambda path: path.name)
def test_its_schema_is_found_and_documents_lead_to_it(example: Path) -> None:
    (schema,) = re.findall(
        r"^# yaml-language-server: \$schema=(.+)$", example.read_text(), re.MULTILINE
    )
    place = f"../examples/configurations/{example.name}"

    assert (example.parent / schema).is_file()
    for document in ("docs/configuration.md", "docs/operating.md"):
        assert place in (ROOT / document).read_text(encoding="utf-8")
