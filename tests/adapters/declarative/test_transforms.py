"""Functions of other distributions that read a value before it is cast."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.spi import Named
from gateway.spi.registry import NotUsableError
from tests.adapters.declarative.maps import mapped, records_of, session

SOURCE = """
def first_name(value):
    return value["full"].split()[0]

def nothing(value):
    return ""
"""
ENTRY_POINTS = """
[session_gateway.transforms]
first_name = lab_transforms:first_name
nothing = lab_transforms:nothing
"""


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "lab_transforms-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-transforms\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "lab_transforms.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("lab_transforms", None)


def test_a_transform_reads_a_value_that_stays_an_attribute() -> None:
    told = session(
        {"person": {"full": "Ada Lovelace"}},
        user__name={"at": "person", "transform": "first_name"},
    )

    assert told.user == Named(None, "Ada")
    assert told.attributes == {"person": {"full": "Ada Lovelace"}}


def test_a_transform_may_find_nothing() -> None:
    assert session({"person": 1}, title={"at": "person", "transform": "nothing"}).title is None


def test_what_a_transform_raises_is_a_value_that_cannot_be_read() -> None:
    found = mapped({"person": 5}, user__name={"at": "person", "transform": "first_name"})

    assert found.session.user is None
    assert found.unreadable == ("person",)


def test_a_transform_that_is_not_installed_is_refused_at_once() -> None:
    with pytest.raises(NotUsableError) as caught:
        records_of(title={"at": "label", "transform": "upper"})

    assert str(caught.value) == (
        "no transform upper is installed; installed are: first_name, nothing"
    )
