"""What of a question is sent: what the vendor can check, in its own words, losing nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.declarative.adapter import DeclarativeAdapter
from gateway.spi import (
    AnyOf,
    AtOrAfter,
    Before,
    Condition,
    Contains,
    Field,
    First,
    HttpRequest,
    Json,
    LessThan,
    Nulls,
    Op,
    Sort,
    SortAbility,
    Support,
    Ties,
    Usual,
)
from gateway.spi.rates import Rate
from tests.adapters.declarative.speaking import (
    Parts,
    adapter_of,
    body_of,
    context,
    desk,
    over,
    planned,
    replied,
)
from tests.support.adapters import NOON as NOW

MAP = {
    "native_id": {"at": "id"},
    "status": {
        "at": "state",
        "values": {"LIVE": "active", "OPEN": "active", "DONE": "ended"},
    },
    "title": {"at": "title"},
    "started_at": {"at": "begun"},
    "ended_at": {"at": "over"},
    "user.id": {"at": "who"},
    "language": {"at": "lang", "values": {"1": "en", "2": "fr", "3": "en"}},
}


def filtering(filters: Parts, **abilities: object) -> DeclarativeAdapter:
    listing = {
        "request": {"method": "POST", "path": "/sessions"},
        "records": "rows",
        "paginate": {"style": "single"},
    }
    said = {"filters": filters, **abilities}
    return adapter_of({"list": listing, "map": MAP, "abilities": said})


def sending(grades: dict[str, str], **send: object) -> Parts:
    """Describe a filter for equality, by a place in the body."""
    return {**grades, "send": {"in": "body", "at": "wanted", **send}}


def any_of(field: Field, *values: str) -> AnyOf:
    return AnyOf(field, frozenset(values))


async def sent(adapter: DeclarativeAdapter, *conditions: Condition) -> HttpRequest:
    wire = desk(replied({"rows": []}))
    await adapter.fetch_page(planned(adapter, *conditions), First(), context(wire))
    return wire.last


async def body_for(adapter: DeclarativeAdapter, *conditions: Condition) -> Json:
    return body_of(await sent(adapter, *conditions))


EXACT = {"eq": "exact", "in": "exact"}


@pytest.mark.parametrize(
    ("words", "as_", "placed"),
    [
        (("a",), "text", "a"),
        (("b", "a"), "list", ["a", "b"]),
        (("b", "a"), "comma", "a,b"),
        (("b", "a"), "repeat", ["a", "b"]),
        (("a",), "list", ["a"]),
    ],
)
async def test_values_are_written_as_the_vendor_wants_them(
    words: tuple[str, ...], as_: str, placed: Json
) -> None:
    adapter = filtering({"title": sending(EXACT, **{"as": as_})})

    assert await body_for(adapter, any_of(Field.TITLE, *words)) == {"wanted": placed}


async def test_a_parameter_may_be_repeated() -> None:
    adapter = filtering({"title": {**EXACT, "send": {"in": "query", "at": "t", "as": "repeat"}}})

    request = await sent(adapter, any_of(Field.TITLE, "b", "a"))

    assert request.query == (("t", "a"), ("t", "b"))


@pytest.mark.parametrize(
    ("filters", "condition"),
    [
        # Several values where only one can be sent, or is promised to work.
        ({"title": sending(EXACT)}, any_of(Field.TITLE, "a", "b")),
        ({"title": sending({"eq": "exact"}, **{"as": "list"})}, any_of(Field.TITLE, "a", "b")),
        # Two values would become three.
        ({"title": sending(EXACT, **{"as": "comma"})}, any_of(Field.TITLE, "a,b", "c")),
        # A value of another form.
        ({"title": {**sending(EXACT), "pattern": "[0-9]+"}}, any_of(Field.TITLE, "7\n")),
        # Values that no words are known for.
        ({"language": sending(EXACT, values="from_map")}, any_of(Field.LANGUAGE, "de")),
        ({"title": sending(EXACT, values={"a": 1})}, any_of(Field.TITLE, "b")),
        (
            {"title": sending(EXACT, values={"a": 1}, **{"as": "list"})},
            any_of(Field.TITLE, "a", "b"),
        ),
        # Whatever has no known word has this status.
        ({"status": sending(EXACT, values="from_map")}, any_of(Field.STATUS, "unknown")),
        ({"status": sending(EXACT, values={"unknown": 0})}, any_of(Field.STATUS, "unknown")),
        # Two words mean it, and one can be sent.
        ({"status": sending(EXACT, values="from_map")}, any_of(Field.STATUS, "active")),
        # Fields and conditions that are no filter.
        ({"title": sending(EXACT)}, any_of(Field.USER, "a")),
        ({"title": sending(EXACT)}, Contains("a")),
        ({"title": sending(EXACT)}, LessThan(timedelta(1))),
        (
            {"started_at": {"ge": "exact", "send": {"ge": {"in": "body", "at": "from"}}}},
            Before(Field.STARTED_AT, datetime(2024, 1, 1, tzinfo=UTC)),
        ),
    ],
)
async def test_what_cannot_be_said_is_left_to_be_checked_here(
    filters: Parts, condition: Condition
) -> None:
    adapter = filtering(filters)

    assert planned(adapter, condition).pushed == {}
    assert await body_for(adapter, condition) is None


async def test_all_words_that_mean_a_status_are_sent() -> None:
    adapter = filtering({"status": sending({"eq": "exact"}, values="from_map", **{"as": "list"})})

    assert await body_for(adapter, any_of(Field.STATUS, "active")) == {"wanted": ["LIVE", "OPEN"]}
    assert await body_for(adapter, any_of(Field.STATUS, "ended")) == {"wanted": ["DONE"]}


async def test_a_status_that_stands_for_all_other_words_cannot_be_said() -> None:
    status = {"at": "state", "values": {"LIVE": "active", "DONE": "ended"}, "else": "ended"}
    adapter = adapter_of(
        {
            "map": {"native_id": {"at": "id"}, "status": status},
            "abilities": {"filters": {"status": sending(EXACT, values="from_map")}},
        }
    )

    assert planned(adapter, any_of(Field.STATUS, "ended")).pushed == {}
    assert planned(adapter, any_of(Field.STATUS, "active")).pushed != {}


async def test_values_are_translated_by_the_map_or_by_a_table() -> None:
    by_map = filtering({"language": sending(EXACT, values="from_map", **{"as": "list"})})
    by_table = filtering({"status": sending(EXACT, values={"active": True, "ended": False})})

    assert await body_for(by_map, any_of(Field.LANGUAGE, "en", "fr")) == {"wanted": ["1", "3", "2"]}
    assert await body_for(by_table, any_of(Field.STATUS, "ended")) == {"wanted": False}


@pytest.mark.parametrize(
    ("grades", "support", "can_say_several"),
    [
        ({"eq": "exact", "in": "inexact"}, Support.INEXACT, True),
        ({"eq": "exact"}, Support.EXACT, False),
        ({"in": "exact"}, Support.EXACT, True),
        ({"eq": "inexact"}, Support.INEXACT, False),
    ],
)
def test_a_filter_is_as_good_as_the_worse_of_what_is_said(
    grades: dict[str, str], support: Support, can_say_several: bool
) -> None:
    adapter = filtering({"title": sending(grades, **{"as": "list"})})
    single, several = any_of(Field.TITLE, "a"), any_of(Field.TITLE, "a", "b")

    assert adapter.abilities().filters == {(Field.TITLE, Op.ANY_OF): support}
    assert planned(adapter, single).pushed == {single: support}
    assert planned(adapter, several).pushed == ({several: support} if can_say_several else {})


async def test_of_two_questions_for_one_field_the_first_is_sent() -> None:
    adapter = filtering({"title": sending(EXACT)})
    first, second = any_of(Field.TITLE, "a"), any_of(Field.TITLE, "b")

    assert planned(adapter, first, second).pushed == {first: Support.EXACT}
    assert await body_for(adapter, first, second) == {"wanted": "a"}


NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACES = {"ge": {"in": "body", "at": "from"}, "lt": {"in": "body", "at": "to"}}
RANGE = {"ge": "exact", "lt": "exact", "send": PLACES}


async def test_of_several_bounds_on_a_side_the_closest_is_sent() -> None:
    adapter = filtering({"started_at": RANGE})
    conditions: list[Condition] = [
        *(AtOrAfter(Field.STARTED_AT, NOON + hours * HOUR) for hours in (1, 3, 2)),
        *(Before(Field.STARTED_AT, NOON + hours * HOUR) for hours in (9, 7, 8)),
    ]

    assert planned(adapter, *conditions).pushed == dict.fromkeys(conditions, Support.EXACT)
    assert await body_for(adapter, *conditions) == {
        "from": "2024-07-01T15:00:00Z",
        "to": "2024-07-01T19:00:00Z",
    }


def test_bounds_that_may_be_widened_are_not_exact() -> None:
    adapter = filtering({"started_at": {**RANGE, "format": "epoch_s"}})
    conditions = (AtOrAfter(Field.STARTED_AT, NOON), Before(Field.STARTED_AT, NOON))

    assert [*planned(adapter, *conditions).pushed.values()] == [Support.INEXACT] * 2
    assert adapter.abilities().filters == {
        (Field.STARTED_AT, Op.AT_OR_AFTER): Support.INEXACT,
        (Field.STARTED_AT, Op.BEFORE): Support.INEXACT,
    }


ALL_FILTERS = {
    "status": sending(EXACT, at="status", values="from_map", **{"as": "list"}),
    "title": sending(EXACT, at="title"),
    "user": sending(EXACT, at="user"),
    "started_at": RANGE,
}
ALL_CONDITIONS = (
    AtOrAfter(Field.STARTED_AT, NOON),
    Before(Field.STARTED_AT, NOON + HOUR),
    any_of(Field.USER, "u"),
    any_of(Field.TITLE, "t"),
    any_of(Field.STATUS, "active"),
)


@pytest.mark.parametrize(
    ("combine", "fields"),
    [
        ({}, {"status", "title", "user", "started_at"}),
        ({"max_fields": 2}, {"status", "title"}),
        ({"exclusive": [["title", "status"]]}, {"status", "user", "started_at"}),
        ({"exclusive": [["title", "user", "started_at"]], "max_fields": 2}, {"status", "title"}),
        ({"exclusive": [["user", "started_at"], ["status", "title"]]}, {"status", "user"}),
    ],
)
def test_what_cannot_go_together_is_not_sent_together(
    combine: dict[str, Any], fields: set[str]
) -> None:
    plan = planned(filtering(ALL_FILTERS, combine=combine), *ALL_CONDITIONS)

    assert {condition.field.value for condition in plan.pushed} == fields


def test_both_bounds_of_a_field_count_as_one() -> None:
    adapter = filtering({"started_at": RANGE}, combine={"max_fields": 1})

    assert len(planned(adapter, *ALL_CONDITIONS).pushed) == 2


SORTS = {
    "started_at": {
        "asc": {"granularity": "1s", "ties": "native_id_asc"},
        "desc": {
            "send": {"in": "body", "at": "sort", "value": "newest"},
            "granularity": "5ms",
            "nulls": "never",
        },
    },
    "ended_at": {"asc": {"send": {"in": "body", "at": "sort", "value": "over"}, "nulls": "first"}},
}


@pytest.mark.parametrize(
    ("wanted", "ability", "placed"),
    [
        (
            Sort(Field.STARTED_AT, is_descending=True),
            SortAbility(
                Sort(Field.STARTED_AT, is_descending=True),
                timedelta(milliseconds=5),
                nulls=Nulls.NEVER,
            ),
            {"sort": "newest"},
        ),
        (
            Sort(Field.STARTED_AT),
            SortAbility(Sort(Field.STARTED_AT), timedelta(seconds=1), Ties.NATIVE_ID_ASCENDING),
            None,
        ),
        (
            Sort(Field.ENDED_AT),
            SortAbility(Sort(Field.ENDED_AT), nulls=Nulls.FIRST),
            {"sort": "over"},
        ),
        (Sort(Field.ENDED_AT, is_descending=True), None, None),
    ],
)
async def test_an_order_is_asked_for_where_it_has_to_be(
    wanted: Sort, ability: SortAbility | None, placed: Json
) -> None:
    adapter, wire = filtering({}, sorts=SORTS), desk(replied({"rows": []}))

    plan = planned(adapter, order=wanted)
    await adapter.fetch_page(plan, First(), context(wire))

    assert plan.sorted_by == ability
    assert ability is None or ability in adapter.abilities().sorts
    assert body_of(wire.last) == placed


def test_limits_and_lifetimes_are_told() -> None:
    limits = {"concurrency": 2, "rate": "5/s", "timeout_s": 8, "max_body": "8MiB"}
    cache = {"ttl_s": 30, "stale_while_revalidate_s": 60, "stale_if_error_s": 600}

    abilities = adapter_of({"transport": over(limits=limits), "cache": cache}).abilities()

    assert (abilities.max_concurrency, abilities.max_rate) == (2, Rate(5, 1))
    assert abilities.usual == Usual(8, 8 * 1024**2, 30, 60, 600)
    assert not abilities.has_detail
    assert abilities.operations == {}


async def test_a_bound_of_the_future_may_be_left_to_the_gateway() -> None:
    places = {"ge": {"in": "body", "at": "from"}, "lt": {"in": "body", "at": "to"}}
    said = {"ge": "exact", "lt": "exact", "send": places, "past_only": True}
    adapter = filtering({"started_at": said})
    past, future = NOW - timedelta(days=1), NOW + timedelta(days=1)
    bounds = (AtOrAfter(Field.STARTED_AT, past), Before(Field.STARTED_AT, future))

    assert {*planned(adapter, *bounds).pushed.values()} == {Support.INEXACT}
    assert await body_for(adapter, *bounds) == {"from": "2026-11-21T12:00:00Z"}
