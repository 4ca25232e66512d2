"""The page's rules, tried without a page: ``node --test`` runs what is in ``rules``."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("rules")
TESTS = sorted(FOLDER.glob("*.test.mjs"))


@pytest.mark.parametrize("file", TESTS, ids=lambda path: path.name)
async def test_the_rules_hold(file: Path) -> None:
    node = shutil.which("node")
    if node is None and not os.environ.get("CI"):
        pytest.skip("node is not installed")
    assert node is not None, "node is not installed"
    process = await asyncio.create_subprocess_exec(
        *(node, "--test", str(file)),
        env={**os.environ, "TZ": "Europe/Paris"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()

    assert process.returncode == 0, told.decode()


def test_every_rule_has_its_tests() -> None:
    rules = FOLDER.parents[2] / "gateway/web/page/rules"

    named = {path.name.removesuffix(".test.mjs") for path in TESTS}
    untold = {path.stem for path in rules.glob("*.mjs")} - named

    assert untold == set()
