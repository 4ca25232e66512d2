"""The linters of other languages, which ``make linters`` installs."""

import os
import shutil
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "web" / "linters"


def program(name: str) -> Path:
    """Find a linter; without it the test is skipped, but in CI, where all of them are."""
    path = FOLDER / "node_modules" / ".bin" / name
    is_there = shutil.which("node") is not None and path.exists()
    if not is_there and not os.environ.get("CI"):
        pytest.skip("the linters are not installed: make linters, which takes node and npm")
    assert is_there, f"{name} is not installed: make linters"
    return path
