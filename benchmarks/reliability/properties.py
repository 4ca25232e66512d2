"""How many properties are tried, and with how many examples.

PYTHONPATH=.:benchmarks python -m reliability.properties [tests/resilience]

They are counted as pytest finds them, and none of them is run.
"""

import argparse
import contextlib
import io
import os
from dataclasses import dataclass, field

import pytest
from hypothesis import settings

from reliability.telling import head, tell

_DEPTHS = {"CI": 1, "make test-deep": 20, "with DEPTH=100": 100}
_NO_REWRITE = "ignore::pytest.PytestAssertRewriteWarning"


@dataclass
class Collected:
    """A plugin that notes the number of examples of each property."""

    examples: list[int] = field(default_factory=list)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note them."""
        for item in session.items:
            if isinstance(item, pytest.Function):
                self.examples.append(_settings(item).max_examples)


def main() -> None:
    """Count them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", help="to look for them in; all of them otherwise")
    folders = parser.parse_args().folders
    os.environ["TEST_DEPTH"] = "1"
    collected = Collected()
    options = ["--collect-only", "-q", "-m", "hypothesis", "-W", _NO_REWRITE]
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*options, *folders], plugins=[collected])
    examples = collected.examples
    head()
    tell("properties", "", f"{len(examples)}")
    for what, depth in _DEPTHS.items():
        tell(f"examples, {what}", "", _told([depth * each for each in examples]))


def _told(examples: list[int]) -> str:
    return f"{min(examples):,} to {max(examples):,} each, {sum(examples):,} in all"


def _settings(item: pytest.Function) -> settings:
    machine = getattr(item.cls, "settings", None)
    if isinstance(machine, settings):
        return machine
    own: settings = item.obj._hypothesis_internal_use_settings  # noqa: SLF001  # it is told nowhere else
    return own


if __name__ == "__main__":
    main()
