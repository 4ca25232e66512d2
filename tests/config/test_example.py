"""The example configuration."""

import re
from pathlib import Path

from gateway.config import load, warnings
from gateway.spi.registry import adapter_names

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


def variables() -> dict[str, str]:
    """Give every variable that the example names a value."""
    names = re.findall(r": \[?\"?\$\{env:(\w+)\}", EXAMPLE.read_text(encoding="utf-8"))
    return {name: f"value-of-{name}" for name in names}


def test_the_example_is_in_order_without_a_remark() -> None:
    settings = load(EXAMPLE, variables())

    assert list(warnings(settings)) == []


def test_the_example_has_one_backend_of_each_kind() -> None:
    settings = load(EXAMPLE, variables())

    assert sorted(backend.adapter for backend in settings.backends) == adapter_names()


def test_the_defaults_that_the_example_shows_are_the_defaults(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    bare = tmp_path / "bare.yaml"
    # Paths are relative to the folder of the file.
    (tmp_path / "examples").symlink_to(EXAMPLE.parent / "examples")
    bare.write_text(text[text.index("\nbackends:") :], encoding="utf-8")

    shown = load(EXAMPLE, variables())
    default = load(bare, variables())

    assert shown.server == default.server
    assert shown.auth == default.auth
    assert shown.plugins == default.plugins
    assert (shown.log, shown.traces) == (default.log, default.traces)
    assert shown.defaults == default.defaults
