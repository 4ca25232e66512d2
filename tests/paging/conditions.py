"""Conditions of every kind, and sessions that tell them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.model.matching import matches
from gateway.model.query import (
    SEARCHED,
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
from gateway.model.session import Client, Named, Session, Space, Status
from gateway.paging.domains import domain_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BARE = Session(id="a:1", backend="a", vendor="fake", native_id="1")
VALUES = ("1", "2", "3")
WORDS = ("", "b", "B", "abc", "ß", "S", "SS", "\N{KELVIN SIGN}", "k", "İ", "i")


def at(microseconds: int) -> datetime:
    """Give the instant so long after the epoch."""
    return EPOCH + microseconds * MICROSECOND


def _values_of(*pool: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(pool))


@dataclass(frozen=True)
class Kind:
    """Conditions on one thing, and sessions with every value of it that they tell apart."""

    conditions: st.SearchStrategy[Condition]
    sessions: Sequence[Session]
    most: int = 3


def _equality(field: Field, sessions: Sequence[Session], *pool: str, most: int = 3) -> Kind:
    return Kind(st.builds(AnyOf, st.just(field), _values_of(*pool)), [BARE, *sessions], most)


def _instants(field: Field, sessions: Sequence[Session]) -> Kind:
    return Kind(_bounds(field), [BARE, *sessions], 4)


def _bounds(field: Field) -> st.SearchStrategy[Condition]:
    moments = st.builds(at, st.integers(-2, 2))
    return st.builds(AtOrAfter, st.just(field), moments) | st.builds(
        Before, st.just(field), moments
    )


PAIRS = list(product((None, *VALUES), repeat=2))
MOMENTS = [at(n) for n in range(-3, 4)]
LENGTHS = st.integers(-1, 3).map(lambda n: n * MICROSECOND)
NARROWED = [SEARCHED, (Field.TITLE,), (Field.USER, Field.SPACE)]
TITLED = [
    replace(BARE, title=title, user=Named(name=user))
    for title, user in product((None, *WORDS), repeat=2)
]

KINDS: dict[str, Kind] = {
    "native_id": _equality(
        Field.NATIVE_ID, [replace(BARE, native_id=v) for v in (*VALUES, "4")], *VALUES
    ),
    "status": _equality(
        Field.STATUS, [replace(BARE, status=s) for s in Status], *(s.value for s in Status), "gone"
    ),
    "native_status": _equality(
        Field.NATIVE_STATUS, [replace(BARE, native_status=v) for v in (*VALUES, "4")], *VALUES
    ),
    "language": _equality(
        Field.LANGUAGE, [replace(BARE, language=v) for v in (*VALUES, "4")], *VALUES
    ),
    "client": _equality(
        Field.CLIENT, [replace(BARE, client=Client(v, "1")) for v in (None, *VALUES, "4")], *VALUES
    ),
    # Three conditions that an id and a name cannot satisfy are a contradiction nobody has to see.
    "user": _equality(Field.USER, [replace(BARE, user=Named(*p)) for p in PAIRS], *VALUES, most=2),
    "device": _equality(
        Field.DEVICE, [replace(BARE, device=Named(*p)) for p in PAIRS], *VALUES, most=2
    ),
    "space": _equality(
        Field.SPACE, [replace(BARE, space=Space("room", *p)) for p in PAIRS], *VALUES, most=2
    ),
    "tag": _equality(
        Field.TAG,
        [replace(BARE, tags=tags) for n in range(4) for tags in combinations(VALUES, n)],
        *VALUES,
    ),
    "attribute": Kind(
        st.builds(AttributeAnyOf, st.just("a"), _values_of("1", "true", "x")),
        [BARE, *(replace(BARE, attributes={"a": v}) for v in (1, "1", True, "x", None, [1]))],
    ),
    "started_at": _instants(Field.STARTED_AT, [replace(BARE, started_at=m) for m in MOMENTS]),
    "ended_at": _instants(Field.ENDED_AT, [replace(BARE, ended_at=m) for m in MOMENTS]),
    "last_activity_at": _instants(
        Field.LAST_ACTIVITY_AT, [replace(BARE, last_activity_at=m) for m in MOMENTS]
    ),
    "two instants": Kind(
        _bounds(Field.STARTED_AT) | _bounds(Field.ENDED_AT),
        [
            replace(BARE, started_at=started, ended_at=ended)
            for started, ended in product((None, *MOMENTS), repeat=2)
        ],
    ),
    "two attributes": Kind(
        st.builds(AttributeAnyOf, st.sampled_from("ab"), _values_of("1", "2")),
        [replace(BARE, attributes={"a": a, "b": b}) for a, b in product((None, 1, 2), repeat=2)],
    ),
    "duration_s": Kind(
        st.builds(AtLeast, LENGTHS) | st.builds(LessThan, LENGTHS),
        [BARE, *(replace(BARE, duration_s=n / 1_000_000) for n in range(5))],
        4,
    ),
    "text": Kind(
        st.builds(Contains, st.sampled_from(WORDS)),
        TITLED,
        2,
    ),
    "text of some fields": Kind(
        st.builds(Contains, st.sampled_from(WORDS), st.sampled_from(NARROWED)),
        TITLED,
        1,
    ),
}


@dataclass(frozen=True)
class Case:
    """Two lists of conditions of one kind."""

    kind: str
    inner: list[Condition]
    outer: list[Condition]


def cases_of(name: str) -> st.SearchStrategy[Case]:
    """Draw cases of one kind."""
    conditions = st.lists(KINDS[name].conditions, max_size=KINDS[name].most)
    return st.builds(Case, st.just(name), conditions, conditions)


cases = st.sampled_from(sorted(KINDS)).flatmap(cases_of)


def holds(case: Case) -> bool:
    """Say whether the domains say just what the sessions say."""
    inner, outer = domain_of(case.inner), domain_of(case.outer)
    return inner.lies_in(outer) is lies_in(case) and inner.is_empty is is_empty(case)


def lies_in(case: Case) -> bool:
    """Say whether every session that matches the inner conditions matches the outer."""
    sessions = KINDS[case.kind].sessions
    return all(matches(s, case.outer) for s in sessions if matches(s, case.inner))


def is_empty(case: Case) -> bool:
    """Say whether no session matches the inner conditions."""
    return not any(matches(s, case.inner) for s in KINDS[case.kind].sessions)
