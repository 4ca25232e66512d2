"""No code switches the verification of certificates off, nor lets data run as code.

Linters know only some of the ways.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for part in ("gateway", "adapters") for path in (ROOT / part).rglob("*.py"))

SWITCHES = {"ssl", "verify", "check_hostname"}
"""Never set to false."""

FORBIDDEN = {"verify_ssl", "CERT_NONE", "CERT_OPTIONAL", "_create_unverified_context"}
"""Never named."""

RUNNING = {"eval", "exec", "pickle", "marshal", "shelve", "dill"}
"""What runs as code what it is given."""

RUNNING_YAML = {"load", "load_all", "unsafe_load", "full_load", "UnsafeLoader", "FullLoader"}
"""Of what YAML is read by, what does so."""


def running_lines(source: str) -> list[int]:
    """Give the lines on which data may run as code."""
    nodes = [node for node in ast.walk(ast.parse(source)) if _runs(node)]
    return sorted({getattr(node, "lineno", 0) for node in nodes})


def _runs(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(name.name.split(".")[0] in RUNNING for name in names)
        case ast.ImportFrom(module=str(module)):
            return module.split(".")[0] in RUNNING
        case ast.Call(func=ast.Name(id=name)):
            return name in RUNNING
        case ast.Attribute(value=ast.Name(id="yaml"), attr=name):
            return name in RUNNING_YAML
    return False


def weak_lines(source: str) -> list[int]:
    """Give the lines on which verification is switched off."""
    nodes = [node for node in ast.walk(ast.parse(source)) if _is_forbidden(node) or _is_off(node)]
    return sorted({getattr(node, "lineno", 0) for node in nodes})


def _is_forbidden(node: ast.AST) -> bool:
    return not FORBIDDEN.isdisjoint(_names(node))


def _is_off(node: ast.AST) -> bool:
    return any(
        isinstance(value, ast.Constant) and not value.value and not SWITCHES.isdisjoint(names)
        for names, value in _settings(node)
    )


def _settings(node: ast.AST) -> Iterator[tuple[set[str], ast.expr]]:
    """Give what a node sets: keyword arguments, assignments, and entries of a dictionary."""
    match node:
        case ast.keyword(value=value):
            yield _names(node), value
        case ast.Assign(targets=targets, value=value):
            yield set().union(*map(_names, targets)), value
        case ast.Dict(keys=keys, values=values):
            yield from (
                (_names(key), value) for key, value in zip(keys, values, strict=True) if key
            )


def _names(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            return {name}
        case ast.alias(name=name) | ast.Constant(value=str(name)):
            return {name}
    return set()


def test_verification_is_switched_off_nowhere() -> None:
    weak = {path: weak_lines(path.read_text(encoding="utf-8")) for path in SOURCES}

    assert len(weak) > 20
    assert {str(path.relative_to(ROOT)): lines for path, lines in weak.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "TCPConnector(ssl=False)",
        "session.get(url, ssl=False)",
        "session.get(url, ssl=None)",
        "session.get(url, **{'ssl': False})",
        "TCPConnector(verify_ssl=False)",
        "TCPConnector(verify_ssl=True)",
        "httpx.get(url, verify=False)",
        "context.check_hostname = False",
        "context.verify_mode = ssl.CERT_NONE",
        "context.verify_mode = ssl.CERT_OPTIONAL",
        "from ssl import CERT_NONE as anyone",
        "context = getattr(ssl, 'CERT_NONE')",
        "context = ssl._create_unverified_context()",
    ],
)
def test_every_way_to_switch_it_off_is_seen(source: str) -> None:
    assert weak_lines(source) == [1]


def test_code_that_verifies_passes() -> None:
    assert weak_lines("TCPConnector(ssl=context)\ncontext.check_hostname = True") == []


def test_no_data_runs_as_code() -> None:
    lines = {path: running_lines(path.read_text(encoding="utf-8")) for path in SOURCES}

    assert {str(path.relative_to(ROOT)): found for path, found in lines.items() if found} == {}


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "exec(text)",
        "import pickle",
        "import pickle as json",
        "from marshal import loads",
        "yaml.load(text, Loader)",
        "yaml.unsafe_load(text)",
        "loader = yaml.UnsafeLoader",
    ],
)
def test_every_way_to_run_data_is_seen(source: str) -> None:
    assert running_lines(source) == [1]


def test_code_that_only_reads_passes() -> None:
    assert running_lines("yaml.safe_load(text)\nconnection.execute(text)\nload(path)") == []
