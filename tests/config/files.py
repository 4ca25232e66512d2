"""Writing configuration files and loading them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.config import ConfigurationError, Settings, load

ENVIRONMENT = {"TOKEN": "tok-5e4d3c2b1a", "CURSOR_KEY": "cur-0123456789abcdef"}

MUSEUM = """\
  - name: museum
    adapter: roundware
    options: {url: "https://museum.example/api/2", token: "${env:TOKEN}"}
"""
BACKENDS = f"backends:\n{MUSEUM}"

LITERAL_SECRET = (
    "a secret must not stand in the file;"
    " write a reference to it, such as ${env:NAME} or ${file:PATH}"
)


def loaded(
    folder: Path,
    text: str,
    environment: Mapping[str, str] = ENVIRONMENT,
    *,
    host: str | None = None,
    port: int | None = None,
) -> Settings:
    """Load a text as a file in a folder."""
    file = folder / "gateway.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file, environment, host=host, port=port)


def refused(
    folder: Path,
    text: str,
    environment: Mapping[str, str] = ENVIRONMENT,
    *,
    host: str | None = None,
) -> list[str]:
    """Load a text that must not load, and give its problems as ``line:column: path: message``."""
    with pytest.raises(ConfigurationError) as caught:
        loaded(folder, text, environment, host=host)
    prefix = f"{folder / 'gateway.yaml'}:"
    lines = str(caught.value).split("\n")
    assert all(line.startswith(prefix) for line in lines)
    return [line.removeprefix(prefix) for line in lines]
