"""The page's scripts are ones that a linter of their language finds nothing in."""

import asyncio
import shutil
from pathlib import Path

from tests.support.linters import FOLDER, program

PAGE = Path(__file__).parents[2] / "gateway/web/page"


async def lint(page: Path) -> tuple[int | None, str]:
    """Say how the linter ended, and what it told."""
    process = await asyncio.create_subprocess_exec(
        *(str(program("eslint")), "--config", str(FOLDER / "eslint.config.mjs"), "."),
        cwd=page,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()


async def test_it_finds_nothing_in_what_is_served() -> None:
    status, told = await lint(PAGE)

    assert status == 0, told


async def test_it_finds_a_rule_that_knows_the_document(tmp_path: Path) -> None:
    page = shutil.copytree(PAGE, tmp_path / "page")
    rule = page / "rules" / "scale.mjs"
    rule.write_text(rule.read_text() + "\nexport const TITLE = document.title;\n")

    status, told = await lint(page)

    assert (status, "'document' is not defined" in told) == (1, True), told
