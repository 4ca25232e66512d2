"""Real distributions in a folder of their own, for whoever looks for what is installed."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.spi.registry import ADAPTERS

GOOD = """
from adapters.roundware import RoundwareAdapter

class Adapter(RoundwareAdapter):
    vendor = "acme"
"""


@dataclass(frozen=True, slots=True)
class SitePackages:
    """A folder that distributions are installed into, each with one module of the same name."""

    folder: Path

    def install(
        self, distribution: str, source: str = "", *, group: str = ADAPTERS, **points: str
    ) -> None:
        """Install a distribution, or another version of it: its module and its entry points."""
        module = self._module(distribution)
        module.write_text(source, encoding="utf-8")
        # What was compiled is known by its second and size alone.
        shutil.rmtree(self.folder / "__pycache__", ignore_errors=True)
        folder = self._metadata(distribution)
        folder.mkdir(exist_ok=True)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", encoding="utf-8"
        )
        lines = [f"{point} = {target}" for point, target in points.items()]
        (folder / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]), "utf-8")

    def uninstall(self, distribution: str) -> None:
        """Remove all of a distribution."""
        self._module(distribution).unlink()
        shutil.rmtree(self._metadata(distribution))

    def _module(self, distribution: str) -> Path:
        return self.folder / f"{distribution.replace('-', '_').lower()}.py"

    def _metadata(self, distribution: str) -> Path:
        return self.folder / f"{distribution.replace('-', '_')}-1.0.dist-info"


@contextmanager
def site_packages(folder: Path) -> Iterator[SitePackages]:
    """Have this process find what is installed into a folder; in the end it knows none of it."""
    known = set(sys.modules)
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(folder)
        yield SitePackages(folder)
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
            del sys.modules[name]
