"""Whatever a file says, it is read or refused with the place of each fault."""

import copy
from pathlib import Path

import pytest

from adapters.declarative.language.spec import Spec
from adapters.declarative.options import options_of
from adapters.declarative.rules import findings
from gateway.documents.problems import Position, Problems, shown
from gateway.documents.reading import parsed, validated
from gateway.documents.tree import KeyPath
from gateway.spi import Json
from tests.adapters.declarative.specs import REST, SOCKET

ODD: tuple[Json, ...] = (
    *(None, True, -1, 0, 1.5, 10**20, "", " ", "x", "a.b", "@", "[", "http://[", "{native_id}"),
    *("${options.x}", "${session.x}", "${", "${options.spec}", [], ["x"], [[]], {}, {"x": "y"}),
    *({"at": "x"}, {"kind": "rest"}, {"in": "body", "at": "x"}),
)


def tree(text: str) -> Json:
    return parsed(Path("vendor.yaml"), text).tree


def places(value: Json, path: KeyPath = ()) -> list[KeyPath]:
    inner: list[tuple[str | int, Json]] = []
    if isinstance(value, dict):
        inner = [*value.items()]
    elif isinstance(value, list):
        inner = [*enumerate(value)]
    deeper = [place for key, each in inner for place in places(each, (*path, key))]
    return [*([path] if path else []), *deeper]


WRITTEN = {"rest": tree(REST), "socket": tree(SOCKET)}
CASES = [(name, place) for name, written in WRITTEN.items() for place in places(written)]


@pytest.mark.parametrize(
    ("name", "place"), CASES, ids=[f"{name}-{shown(place)}" for name, place in CASES]
)
def test_any_value_anywhere_is_read_or_refused(name: str, place: KeyPath) -> None:
    for odd in ODD:
        spoilt = copy.deepcopy(WRITTEN[name])
        holder = spoilt
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = odd

        problems = Problems("vendor.yaml", {(): Position(1, 1)})
        spec = validated(Spec, spoilt, (), problems)

        assert (spec is None) == bool(problems)
        if spec is not None and not [*findings(spec)]:
            assert options_of(spec).written is spec
