"""EMOTIV Cortex: which conditions "querySessions" is asked to check."""

import pytest

from adapters.simulators.cortex import Manners
from gateway.model.matching import matches
from gateway.spi import AnyOf, Field, Support
from tests.vendors.cortex import V1, V2, lab


@pytest.mark.parametrize("ignores_query", [False, True])
@pytest.mark.parametrize(
    ("condition", "word"),
    [
        (AnyOf(Field.STATUS, frozenset({"ended"})), "closed"),
        (AnyOf(Field.NATIVE_STATUS, frozenset({"opened"})), "opened"),
        (AnyOf(Field.NATIVE_STATUS, frozenset({"activated"})), "activated"),
    ],
)
async def test_what_one_native_word_says_is_asked_for(
    condition: AnyOf, word: str, *, ignores_query: bool
) -> None:
    """As in "querySessions", Example: Query by status. A service that ignores it loses nothing."""
    async with lab(Manners(ignores_query=ignores_query), rows=300) as (_, driver):
        every = await driver.sessions()
        listed = await driver.sessions(condition)

    wanted = {s.native_id for s in every if s.native_status == word}
    assert driver.plan(condition).pushed == {condition: Support.INEXACT}
    assert {s.native_id for s in listed if matches(s, [condition])} == wanted
    assert len(listed) == (300 if ignores_query else len(wanted))
    assert 0 < len(wanted) < 300


async def test_of_two_words_that_exclude_each_other_one_is_asked_for() -> None:
    conditions = (
        AnyOf(Field.NATIVE_STATUS, frozenset({"opened"})),
        AnyOf(Field.STATUS, frozenset({"ended"})),
    )
    async with lab(V1) as (_, driver):
        listed = await driver.sessions(*conditions)

    assert {s.native_status for s in listed} == {"closed"}


@pytest.mark.parametrize(
    "condition",
    [
        AnyOf(Field.NATIVE_STATUS, frozenset({"opened", "closed"})),
        AnyOf(Field.NATIVE_STATUS, frozenset({"paused"})),
        AnyOf(Field.STATUS, frozenset({"unknown"})),
        AnyOf(Field.STATUS, frozenset({"ended", "unknown"})),
    ],
)
async def test_what_no_single_word_says_is_not_sent(condition: AnyOf) -> None:
    async with lab(V1) as (_, driver):
        assert driver.plan(condition).pushed == {}


async def test_later_versions_are_asked_for_everything() -> None:
    """Their "querySessions" has no query; with ``auto`` it is not known before it is asked."""
    condition = AnyOf(Field.NATIVE_STATUS, frozenset({"opened"}))
    async with lab(V2, {"dialect": "auto"}) as (simulator, driver):
        listed = await driver.sessions(condition)

    assert driver.plan(condition).pushed == {condition: Support.INEXACT}
    assert {s.native_id for s in listed} == {held.native_id for held in simulator.held()}
