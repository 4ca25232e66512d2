"""Tools that these tests need and a machine may lack: in CI none may be missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"


def tool(name: str, package: str, *folders: str) -> str:
    """Find a program, or skip the test that needs it: in these folders, too."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"], *folders))
    found = shutil.which(name, path=path)
    if found is None:
        missing(f"{name} is not installed ({package})")
    return found


def missing(reason: str) -> NoReturn:
    """Skip for want of a part, but never in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """Run a program, and give what it says; its failure fails the test."""
    done = subprocess.run(  # noqa: S603  # programs that the tests name
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
