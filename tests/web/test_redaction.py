"""What is hidden is gone from a session, and nothing else is."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.query import AnyOf, AttributeAnyOf, Field
from gateway.model.session import Client, Named, Participants, Session, Space, Status
from gateway.spi import Abilities
from gateway.spi.abilities import HIDEABLE
from gateway.web.redaction import Redaction

CANARY = "canary-5e4d"
WORDS = ("user", "device", "raw", "personal", "attributes.note", "attributes.a.b", "attributes.A.c")
ABLE = Abilities(
    personal=frozenset({"title", "tags", "attributes.deep.list.name"}),
    origins={"user": frozenset({"Owner"}), "title": frozenset({"headline"})},
)

WHOLE = Session(
    id="a:1",
    backend="a",
    vendor="v",
    native_id="1",
    status=Status.ACTIVE,
    native_status="open",
    title="title",
    user=Named("u1", "Ann"),
    device=Named("d1", "Phone"),
    client=Client("app", "1"),
    space=Space("room", "r1", "Room"),
    language="en",
    tags=("x",),
    participants=Participants(1, 2, 3),
    inferred=("status", "user", "tags"),
    attributes={"note": "n", "a": {"b": 1, "c": 2, "d": 3}, "a.b": 4, "owner": 5},
)


def redaction(*words: str, able: Abilities = ABLE) -> Redaction:
    return Redaction.of(words, {"a": able})


def shown(session: Session) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(msgspec.json.encode(session))
    return document


def changes(*words: str, able: Abilities = ABLE) -> dict[str, Any]:
    """Tell what hiding changes in the session, field by field."""
    before, after = shown(WHOLE), shown(redaction(*words, able=able).redacted(WHOLE))
    return {name: after[name] for name in before if after[name] != before[name]}


ATTRIBUTES = {"note": "n", "a": {"b": 1, "c": 2, "d": 3}, "a.b": 4, "owner": 5}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("raw", {}),
        (
            "user",
            {
                "user": None,
                "inferred": ["status", "tags"],
                "attributes": ATTRIBUTES | {"owner": None},
            },
        ),
        ("device", {"device": None}),
        ("personal", {"title": None, "tags": [], "inferred": ["status", "user"]}),
        ("attributes.owner", {"attributes": ATTRIBUTES | {"owner": None}}),
        ("attributes.note", {"attributes": ATTRIBUTES | {"note": None}}),
        ("attributes.NOTE", {"attributes": ATTRIBUTES | {"note": None}}),
        ("attributes.nothing", {}),
        ("attributes.note.deeper", {}),
        ("attributes.a", {"attributes": ATTRIBUTES | {"a": None, "a.b": None}}),
        (
            "attributes.a.b",
            {"attributes": ATTRIBUTES | {"a": {"b": None, "c": 2, "d": 3}, "a.b": None}},
        ),
    ],
)
def test_a_word_hides_what_it_names(word: str, expected: dict[str, Any]) -> None:
    assert changes(word) == expected


@pytest.mark.parametrize("name", sorted(HIDEABLE))
def test_every_field_that_may_be_hidden_can_be(name: str) -> None:
    told = changes("personal", able=Abilities(personal=frozenset({name})))

    told.pop("inferred", None)
    assert told == {name: {"tags": [], "attributes": {}}.get(name)}


def test_without_words_a_session_is_the_same_object() -> None:
    assert redaction().redacted(WHOLE) is WHOLE


def test_a_backend_that_nothing_is_known_of_tells_nothing() -> None:
    with pytest.raises(KeyError):
        Redaction.of(["raw"], {}).redacted(WHOLE)


@pytest.mark.parametrize(
    ("word", "condition", "is_hidden"),
    [
        ("user", AnyOf(Field.USER, frozenset({"x"})), True),
        ("device", AnyOf(Field.USER, frozenset({"x"})), False),
        ("personal", AnyOf(Field.TAG, frozenset({"x"})), True),
        ("user", AttributeAnyOf("owner", frozenset({"x"})), True),
        ("user", AttributeAnyOf("OWNER.name", frozenset({"x"})), True),
        ("user", AttributeAnyOf("owners", frozenset({"x"})), False),
        ("attributes.a.b", AttributeAnyOf("a.b", frozenset({"x"})), True),
        ("attributes.a.b", AttributeAnyOf("a", frozenset({"x"})), False),
        ("raw", AttributeAnyOf("a", frozenset({"x"})), False),
    ],
)
def test_what_is_hidden_is_no_subject_of_a_condition(
    word: str, condition: AnyOf | AttributeAnyOf, *, is_hidden: bool
) -> None:
    assert redaction(word).hides_subject(condition, ["a"]) is is_hidden
    assert not redaction(word).hides_subject(condition, [])


def test_a_search_passes_over_what_is_hidden_in_any_backend() -> None:
    other = Abilities(personal=frozenset({"space"}))

    searched = Redaction.of(["personal"], {"a": ABLE, "b": other}).searched

    assert searched == (Field.USER, Field.DEVICE)


names = st.sampled_from(
    ["note", "Note", "a", "A", "b", "c", "a.b", "a.c", "owner", "OWNER", "deep", "list", "name"]
)
values = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
# Each word of a key, and the ways through the attributes to what it hides.
PATHS: dict[str, list[tuple[str, ...]]] = {
    "attributes.note": [("note",), ("NOTE", "x"), ("note.x",)],
    "attributes.a.b": [("a", "b"), ("A", "B"), ("a.b",), ("a", "b", "c"), ("a", "b.c")],
    "attributes.A.c": [("a", "c"), ("a.C", "x")],
    "user": [("owner",), ("Owner", "id"), ("owner.id",), ("user",)],
    "personal": [("deep", "list", "name"), ("headline",), ("deep.list", "name")],
}


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw attributes with the canary at the end of a hidden path, through lists and objects."""
    word = draw(st.sampled_from(sorted(PATHS)))
    path = draw(st.sampled_from(PATHS[word]))
    value: Any = draw(st.sampled_from([CANARY, {"x": CANARY}, [CANARY], {CANARY: 1}]))
    for index, name in enumerate(reversed(path)):
        around = draw(st.dictionaries(names, values, max_size=2))
        value = {**around, name: value}
        if index < len(path) - 1 and draw(st.booleans()):
            value = [value, draw(values)]
            value = [value] if draw(st.booleans()) else value
    return word, value


@given(planted(), st.sets(st.sampled_from(WORDS)))
def test_no_text_of_what_is_hidden_is_left(
    drawn: tuple[str, dict[str, Any]], others: set[str]
) -> None:
    word, attributes = drawn
    session = msgspec.structs.replace(
        WHOLE,
        user=Named(CANARY, CANARY) if word == "user" else None,
        title=CANARY if word == "personal" else None,
        tags=(CANARY,) if word == "personal" else (),
        attributes=attributes,
    )

    assert CANARY in str(shown(session))
    assert CANARY not in str(shown(redaction(word, *others).redacted(session)))


@given(st.dictionaries(names, values, max_size=4), st.sets(st.sampled_from(WORDS)))
def test_what_is_not_hidden_stays_and_hiding_twice_is_hiding_once(
    attributes: dict[str, Any], words: set[str]
) -> None:
    session = msgspec.structs.replace(WHOLE, attributes=attributes)
    hiding = redaction(*words)

    once = hiding.redacted(session)

    assert hiding.redacted(once) == once
    assert once.attributes.keys() == attributes.keys()
    for name, value in attributes.items():
        is_touched = any(
            path[0].casefold().split(".")[0] == name.casefold().split(".")[0]
            for word in words
            for path in PATHS.get(word, [])
        )
        assert is_touched or once.attributes[name] == value
    for name in ("id", "native_id", "status", "started_at", "space", "client", "language"):
        assert getattr(once, name) == getattr(session, name)
