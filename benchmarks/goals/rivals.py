"""What a user would write or pick instead of the gateway, over the same upstreams."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grounds import Grounds
from servers import Server, fetched, python
from workload import QUERY

BASELINE = "baseline: aiohttp + orjson, by hand"
GATHER = "asyncio.gather, aiohttp + stdlib json"
FASTAPI = "FastAPI + httpx + pydantic, uvicorn"
NODE = "Node: bare http + undici, by hand"

_FOLDER = Path(__file__).parents[1]
_FASTAPI, _NODE = _FOLDER / "fastapi_httpx", _FOLDER / "node"
_INSTALL_SECONDS = 180


class NotHereError(Exception):
    """A rival cannot be run on this machine: why."""


@dataclass(frozen=True)
class Rivals:
    """Those that run, and why others do not."""

    servers: Mapping[str, Server]
    missing: Mapping[str, str]


def started(grounds: Grounds, upstreams: Server, *, with_installed: bool) -> Rivals:
    """Start the baseline and all rivals that can be run here, or those that need nothing else."""
    servers = {
        BASELINE: grounds.start("baseline", python("baseline.py", upstreams.address)),
        GATHER: grounds.start("gather", python("baseline.py", upstreams.address, "--stdlib")),
    }
    missing = {}
    installed = _INSTALLED if with_installed else {}
    for name, command in installed.items():
        try:
            program = command()
        except NotHereError as reason:
            missing[name] = str(reason)
            grounds.tell(f"left out: {name}: {reason}")
        else:
            servers[name] = grounds.start(name.split()[0], [*program, upstreams.address])
    return Rivals(servers, missing)


def check_rows(first: Server, *others: Server) -> None:
    """Compare answers: unless they hold the same rows, comparing their costs means nothing."""
    rows = fetched(first.address + QUERY)["data"]
    for other in others:
        if fetched(other.address + QUERY)["data"] != rows:
            sys.exit(f"{other.address} answers with other rows than {first.address}")


def _fastapi() -> Sequence[str]:
    """Give its program, in an environment of its own."""
    python = _FASTAPI / ".venv" / "bin" / "python"
    lock, done = _FASTAPI / "requirements.lock", _FASTAPI / ".venv" / ".installed"
    if not _is_newer(done, lock):
        _run([sys.executable, "-m", "venv", str(python.parents[1])])
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        _run([*pip, "--require-hashes", "-r", str(lock)])
        done.touch()
    return [str(python), "-u", str(_FASTAPI / "server.py")]


def _node() -> Sequence[str]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotHereError("node or npm is not installed")
    if not _is_newer(_NODE / "node_modules" / ".package-lock.json", _NODE / "package-lock.json"):
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
        _run([npm, "ci", "--prefix", str(_NODE), *quiet])
        (_NODE / "node_modules" / ".package-lock.json").touch()
    return [node, str(_NODE / "server.mjs")]


def _is_newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(  # noqa: S603  # our own commands
            command, capture_output=True, text=True, check=True, timeout=_INSTALL_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", None) or str(error)
        last = told.strip().splitlines()[-1]
        raise NotHereError(f"not installed: {last}") from error


_INSTALLED: Mapping[str, Callable[[], Sequence[str]]] = {FASTAPI: _fastapi, NODE: _node}
"""How those are started that are installed first."""
