"""Keys that are named but not heeded yet."""

from pathlib import Path

import pytest

from gateway.config.in_force import NOT_YET_IN_FORCE, refusals
from gateway.documents.tree import KeyPath
from tests.config.files import BACKENDS, loaded, refused

# For each key: how a file would ask for it, and the place of the refusal.
ASKING = {
    "shared_cache": (f"shared_cache: redis://a.example\n{BACKENDS}", "1:1: shared_cache", "null"),
}

HEEDING_NOTHING = f"""\
shared_cache: null
{BACKENDS}\
    horizon: null
    proxy: null
"""


def test_every_key_that_is_not_in_force_is_tested_here() -> None:
    assert ASKING.keys() == NOT_YET_IN_FORCE.keys()


@pytest.mark.parametrize("key", ASKING)
def test_asking_for_what_is_not_in_force_is_refused_by_name(tmp_path: Path, key: str) -> None:
    text, place, accepted = ASKING[key]

    verb = "are" if " and " in accepted else "is"
    assert refused(tmp_path, text) == [f"{place}: only {accepted} {verb} in force yet"]


def test_saying_that_it_is_off_is_accepted(tmp_path: Path) -> None:
    assert loaded(tmp_path, HEEDING_NOTHING).backends[0].name == "museum"


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"shared_cache": "null"}, ("shared_cache",)),
    ],
)
def test_what_only_resembles_off_is_refused(tree: object, path: KeyPath) -> None:
    assert [at for at, _ in refusals(tree)] == [path]
