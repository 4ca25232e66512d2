"""The wheel and the source archive: they install and run far from the checkout."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.deploy.parts import DEPLOY, ROOT, missing, run
from tests.support.demos import running_demo, sessions

# A new environment is made, and all that the gateway needs is fetched.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both, with the tools that are installed."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel, and the locked packages by their hashes, in an environment of its own."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", environment)
    python = environment / "bin" / "python"
    locked = ("--require-hashes", "--only-binary", ":all:", "-r", DEPLOY / "requirements.lock")
    fetched = subprocess.run(  # noqa: S603  # pip of the new environment
        [python, "-m", "pip", "install", "--quiet", *locked], capture_output=True, check=False
    )
    if fetched.returncode and b"hash" not in fetched.stderr.lower():
        missing("no registry of packages can be reached")
    assert fetched.returncode == 0, fetched.stderr.decode()
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", the(built, "*.whl"))
    return python


def the(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


def files_of(package: str) -> set[str]:
    """Name what belongs to a package: no caches, nothing unknown to version control."""
    listed = run("git", "ls-files", package).split() if (ROOT / ".git").exists() else None
    found = (path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*"))
    return set(listed) if listed else {name for name in found if "__pycache__" not in name}


def test_the_wheel_holds_every_file_of_both_packages_and_nothing_else(built: Path) -> None:
    held = {name for name in names_in(the(built, "*.whl")) if ".dist-info/" not in name}

    assert held == files_of("gateway") | files_of("adapters")


def test_the_source_archive_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    with tarfile.open(the(built, "*.tar.gz")) as archive:
        archive.extractall(tmp_path, filter="data")
    source = next(tmp_path.iterdir())

    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, source)

    with (
        zipfile.ZipFile(the(built, "*.whl")) as wheel,
        zipfile.ZipFile(the(tmp_path, "*.whl")) as w,
    ):
        assert sorted(w.namelist()) == sorted(wheel.namelist())


def test_what_is_locked_is_all_that_the_wheel_needs(installed: Path) -> None:
    assert "No broken requirements" in run(installed, "-m", "pip", "check")


async def test_the_installed_gateway_serves_five_vendors_from_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    async with running_demo(python=installed, folder=tmp_path) as demo:
        page = await sessions(demo.address)
        status = await demo.interrupt()

    assert status == 0
    assert page["complete"] is True
    assert page["backends"]
    assert is_empty(tmp_path)
