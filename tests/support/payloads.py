"""Recorded exchanges and samples of vendor documents, as test data."""

import json
from pathlib import Path
from typing import Any

from msgspec import Raw

_TESTS = Path(__file__).parent.parent


def recording(name: str) -> Any:  # noqa: ANN401  # a recording is any JSON
    """Load a recorded exchange by its place below tests/recordings."""
    return json.loads((_TESTS / "recordings" / name).read_text(encoding="utf-8"))


def sample(name: str) -> Any:  # noqa: ANN401  # a sample is any JSON
    """Load a sample of a vendor's document by its place below tests/samples."""
    return json.loads((_TESTS / "samples" / name).read_text(encoding="utf-8"))


def raw(value: object) -> Raw:
    """Write a record as an adapter is given it."""
    return Raw(json.dumps(value).encode())
