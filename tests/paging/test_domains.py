"""Domains say what sessions of every kind say: what contradicts itself, and what lies in what."""

from collections.abc import Callable
from datetime import timedelta, timezone
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.model.matching import matches
from gateway.model.query import (
    AnyOf,
    AtLeast,
    AtOrAfter,
    AttributeAnyOf,
    Before,
    Condition,
    Contains,
    Field,
    LessThan,
)
from gateway.model.session import Named, Session, Status
from gateway.paging.domains import domain_of
from tests.paging.conditions import (
    BARE,
    KINDS,
    MICROSECOND,
    MOMENTS,
    VALUES,
    WORDS,
    Case,
    at,
    cases_of,
    holds,
    is_empty,
    lies_in,
)

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)


def any_of(field: Field, *values: str) -> AnyOf:
    return AnyOf(field, frozenset(values))


def of_attribute(name: str, *values: str) -> AttributeAnyOf:
    return AttributeAnyOf(name, frozenset(values))


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_domains_are_as_the_sessions_are(name: str, data: st.DataObject) -> None:
    assert holds(data.draw(cases_of(name)))


@pytest.mark.parametrize("name", KINDS)
def test_the_sessions_of_a_kind_tell_everything_apart(name: str) -> None:
    outcomes: list[Callable[[Case], bool]] = [
        lambda case: lies_in(case) and not is_empty(case) and bool(case.outer),
        lambda case: not lies_in(case) and bool(case.inner),
        lambda case: is_empty(case) or name.startswith("text"),
    ]

    for outcome in outcomes:
        find(cases_of(name), outcome, settings=_TRIES, random=Random(1))


def of_any_kind(most: int) -> st.SearchStrategy[list[Condition]]:
    kinds = ("status", "user", "tag", "attribute", "started_at", "ended_at", "duration_s", "text")
    return st.lists(st.one_of(*(KINDS[kind].conditions for kind in kinds)), max_size=most)


sessions = st.builds(
    Session,
    id=st.just("a:1"),
    backend=st.just("a"),
    vendor=st.just("fake"),
    native_id=st.just("1"),
    status=st.sampled_from(Status),
    user=st.none() | st.builds(Named, st.sampled_from(VALUES), st.sampled_from(VALUES)),
    title=st.none() | st.sampled_from(WORDS),
    tags=st.lists(st.sampled_from(VALUES), max_size=2).map(tuple),
    attributes=st.dictionaries(st.just("a"), st.sampled_from([1, True, "x"])),
    started_at=st.none() | st.sampled_from(MOMENTS),
    ended_at=st.none() | st.sampled_from(MOMENTS),
    duration_s=st.none() | st.sampled_from([0, 1e-6, 2e-6]),
)


@given(of_any_kind(3), of_any_kind(3), sessions)
def test_what_matches_inside_matches_outside(
    added: list[Condition], outer: list[Condition], session: Session
) -> None:
    for inner in ([*outer, *added], added):
        domain = domain_of(inner)
        if matches(session, inner):
            assert not domain.is_empty
            assert matches(session, outer) or not domain.lies_in(domain_of(outer))


def test_the_sampling_meets_what_lies_inside_and_what_does_not() -> None:
    drawn = st.tuples(of_any_kind(3), of_any_kind(3), sessions)

    def is_inside(case: tuple[list[Condition], list[Condition], Session]) -> bool:
        inner, outer, session = case
        is_of_two_fields = len({condition.field for condition in outer}) > 1
        lies_inside = domain_of(inner).lies_in(domain_of(outer))
        return is_of_two_fields and lies_inside and matches(session, inner)

    def is_outside(case: tuple[list[Condition], list[Condition], Session]) -> bool:
        inner, outer, session = case
        return len(inner) > 1 and matches(session, inner) and not matches(session, outer)

    for is_met in (is_inside, is_outside):
        find(drawn, is_met, settings=_TRIES, random=Random(1))


@given(of_any_kind(3), of_any_kind(3))
def test_more_conditions_lie_in_fewer(some: list[Condition], more: list[Condition]) -> None:
    assert domain_of(some).lies_in(domain_of(some))
    assert domain_of([*more, *some]).lies_in(domain_of(some))
    assert domain_of(some).lies_in(domain_of([]))


@given(st.data(), st.sampled_from(sorted(KINDS)))
def test_what_lies_in_something_lies_in_all_around_it(data: st.DataObject, name: str) -> None:
    drawn = st.lists(KINDS[name].conditions, max_size=2).map(domain_of)
    one, two, three = data.draw(drawn), data.draw(drawn), data.draw(drawn)

    if one.lies_in(two) and two.lies_in(three):
        assert one.lies_in(three)


# Letters that fold to others, to several, or with what stands beside them.
folding = st.text(
    "sSßẞkKiIİΣςfﬁ\N{KELVIN SIGN}\N{LATIN SMALL LETTER DOTLESS I}\N{COMBINING DOT ABOVE}"
    "\N{GREEK SMALL LETTER SIGMA}",
    max_size=5,
)


@given(folding, folding, folding, st.sampled_from([str.upper, str.lower, str.title, str.casefold]))
def test_longer_words_lie_in_shorter_ones_however_they_are_written(
    words: str, before: str, behind: str, rewritten: Callable[[str], str]
) -> None:
    longer, shorter = [Contains(rewritten(before + words + behind))], [Contains(words)]

    for text in (before + words + behind, rewritten(before + words + behind), words + before):
        found = replace(BARE, title=text)
        if domain_of(longer).lies_in(domain_of(shorter)) and matches(found, longer):
            assert matches(found, shorter)


START, USER = Field.STARTED_AT, Field.USER
AFTER_5, BEFORE_50, BEFORE_100 = (
    AtOrAfter(START, at(5)),
    Before(START, at(50)),
    Before(START, at(100)),
)
HOUR_AHEAD = timezone(timedelta(hours=1))

INSIDE: list[tuple[str, list[Condition], list[Condition], bool]] = [
    ("a span in a half-open one", [AFTER_5, BEFORE_50], [BEFORE_100], True),
    ("a half-open span in a closed one", [BEFORE_50], [AFTER_5, BEFORE_100], False),
    ("nothing asked, in a bound", [], [BEFORE_100], False),
    ("a span of another field", [Before(Field.ENDED_AT, at(5))], [BEFORE_100], False),
    ("another zone", [Before(START, at(100).astimezone(HOUR_AHEAD))], [BEFORE_100], True),
    ("longer in at least", [AtLeast(2 * MICROSECOND)], [AtLeast(MICROSECOND)], True),
    ("any length in at least none", [LessThan(MICROSECOND)], [AtLeast(timedelta())], True),
    ("a value in two", [any_of(USER, "u")], [any_of(USER, "u", "v")], True),
    ("two values in one", [any_of(USER, "u", "v")], [any_of(USER, "u")], False),
    (
        "two that meet in one",
        [any_of(Field.LANGUAGE, "de", "en"), any_of(Field.LANGUAGE, "en", "fr")],
        [any_of(Field.LANGUAGE, "en")],
        True,
    ),
    (
        "two that a user may satisfy by id and by name",
        [any_of(USER, "u1", "u2"), any_of(USER, "u2", "Ann")],
        [any_of(USER, "u2")],
        False,
    ),
    ("a status in all of them", [], [any_of(Field.STATUS, *Status)], True),
    ("an attribute", [of_attribute("a", "1")], [of_attribute("a", "1", "2")], True),
    ("another attribute", [of_attribute("b", "1")], [of_attribute("a", "1")], False),
    ("an attribute named as a field", [of_attribute("user", "1")], [any_of(USER, "1")], False),
    ("longer words", [Contains("Abc")], [Contains("B")], True),
    ("words of a title", [Contains("b", (Field.TITLE,))], [Contains("b")], True),
    ("words of anything", [Contains("b")], [Contains("b", (Field.TITLE,))], False),
    ("shorter words", [Contains("b")], [Contains("abc")], False),
    ("words that fold alike", [Contains("STRASSE")], [Contains("straße")], True),
    ("a contradiction in anything", [any_of(Field.STATUS)], [BEFORE_100], True),
]


@pytest.mark.parametrize(
    ("inner", "outer", "expected"), [row[1:] for row in INSIDE], ids=[row[0] for row in INSIDE]
)
def test_one_domain_lies_in_another(
    inner: list[Condition], outer: list[Condition], expected: bool
) -> None:
    assert domain_of(inner).lies_in(domain_of(outer)) is expected


EMPTINESS: list[tuple[str, list[Condition], bool]] = [
    ("nothing asked", [], False),
    ("an instant is its own end", [AtOrAfter(START, at(5)), Before(START, at(5))], True),
    ("a microsecond", [AtOrAfter(START, at(5)), Before(START, at(6))], False),
    ("bounds of two fields", [AtOrAfter(START, at(5)), Before(Field.ENDED_AT, at(5))], False),
    ("less than no time", [LessThan(timedelta())], True),
    ("no time at all", [AtLeast(timedelta())], False),
    ("no value", [any_of(USER)], True),
    ("no such status", [any_of(Field.STATUS, "gone")], True),
    ("two statuses", [any_of(Field.STATUS, "active"), any_of(Field.STATUS, "ended")], True),
    ("an id and a name", [any_of(USER, "u1"), any_of(USER, "Ann")], False),
    ("two tags", [any_of(Field.TAG, "x"), any_of(Field.TAG, "y")], False),
    ("an attribute twice", [of_attribute("a", "1"), of_attribute("a", "2")], True),
    ("two attributes", [of_attribute("a", "1"), of_attribute("b", "2")], False),
    ("two words", [Contains("x"), Contains("y")], False),
]


@pytest.mark.parametrize(
    ("conditions", "expected"), [row[1:] for row in EMPTINESS], ids=[row[0] for row in EMPTINESS]
)
def test_a_contradiction_is_an_empty_domain(conditions: list[Condition], expected: bool) -> None:
    assert domain_of(conditions).is_empty is expected


def test_a_domain_does_not_depend_on_how_it_was_asked_for() -> None:
    conditions: list[Condition] = [BEFORE_50, AFTER_5, Contains("B"), any_of(USER, "u")]

    again = [Contains("b"), BEFORE_100, *reversed(conditions)]

    assert {domain_of(conditions), domain_of(again)} == {domain_of(conditions)}
