"""Each import contract fails when somebody crosses it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

CROSSINGS = [
    ("Imports go down only", "gateway/model/report.py", "import gateway.spi.pages"),
    ("Imports go down only", "gateway/paging/order.py", "import gateway.federation.scan"),
    ("Imports go down only", "gateway/federation/scan.py", "import gateway.web.parse"),
    ("Imports go down only", "gateway/web/parse.py", "import gateway.config.load"),
    ("Imports go down only", "gateway/stray.py", ""),
    ("Imports go down only", "gateway/federation/scan.py", "import gateway.conformance.tap"),
    ("The gateway names no vendor", "gateway/web/render.py", "import adapters.toolkit.record"),
    ("Adapters meet the gateway", "adapters/roundware.py", "import gateway.model.query"),
    ("Adapters never import each other", "adapters/ekran/adapter.py", "import adapters.cortex"),
    (
        "Adapters do not know their simulators",
        "adapters/ekran/adapter.py",
        "import adapters.simulators.world",
    ),
    (
        "A simulator shares no code",
        "adapters/simulators/world.py",
        "import adapters.toolkit.instants",
    ),
    (
        "A fake vendor made from a file",
        "adapters/declarative/fake/paging.py",
        "import adapters.declarative.reading",
    ),
    ("Only traces knows OpenTelemetry", "gateway/web/parse.py", "import opentelemetry.trace"),
    ("Only metrics knows Prometheus", "gateway/federation/scan.py", "import prometheus_client"),
    ("Only web knows HTTP server words", "gateway/paging/merge.py", "import aiohttp"),
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("checkout")
    for package in ("gateway", "adapters"):
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(checkout: Path) -> str:
    """Check all contracts in a copy, and give what was said."""
    command = "from importlinter.cli import lint_imports_command as main; main()"
    result = subprocess.run(  # noqa: S603  # our own interpreter and arguments
        [sys.executable, "-c", command, "--no-cache"],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


def test_all_contracts_are_kept(checkout: Path) -> None:
    assert "0 broken" in lint(checkout)


@pytest.mark.parametrize(("contract", "module", "line"), CROSSINGS)
def test_a_crossing_breaks_its_contract(
    checkout: Path, contract: str, module: str, line: str
) -> None:
    path = checkout / module
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")

    said = lint(checkout)

    if before is None:
        path.unlink()
    else:
        path.write_text(before, encoding="utf-8")
    broken = [text for text in said.splitlines() if text.endswith("BROKEN")]
    assert any(text.startswith(contract) for text in broken), said


def test_every_contract_is_crossed_here() -> None:
    names = [
        line.partition('"')[2].rstrip('"')
        for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
        if line.startswith('name = "') and "session-gateway" not in line
    ]

    crossed = {contract for contract, _, _ in CROSSINGS}

    assert all(any(name.startswith(contract) for contract in crossed) for name in names)
