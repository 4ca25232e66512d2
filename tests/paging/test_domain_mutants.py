"""The property of domains can fail: each way of breaking the algebra is caught by it.

The property is that domains say of each other just what sessions of every kind say.
"""

from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample

from gateway.model.query import Field
from gateway.paging import domains
from gateway.paging.domains import Choice, Domain, Search, Span
from tests.paging.conditions import cases, holds

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)


def every_part_lies_in_one(inner: Domain, outer: Domain) -> bool:
    return inner.is_empty or (
        all(any(mine.lies_in(part) for part in outer.choices) for mine in inner.choices)
        and all(any(mine.lies_in(part) for part in outer.spans) for mine in inner.spans)
        and all(any(mine.lies_in(part) for part in outer.searches) for mine in inner.searches)
    )


MUTANTS: dict[str, tuple[object, str, Any]] = {
    "several values are taken as one": (domains, "_SINGLE_VALUED", frozenset(Field)),
    "single values are not brought together": (domains, "_SINGLE_VALUED", frozenset()),
    "conditions are compared one by one": (domains, "_joined", frozenset),
    "what is narrower in one more way does not lie inside": (
        Domain,
        "lies_in",
        every_part_lies_in_one,
    ),
    "contradictions are not seen": (Domain, "is_empty", False),
    "the end of a span is in it": (Span, "is_empty", property(lambda s: s.begin > s.end)),
    "spans that overlap lie in each other": (Span, "lies_in", lambda s, o: s.begin < o.end),
    "fields are mixed up": (
        Span,
        "lies_in",
        lambda s, o: o.begin <= s.begin and s.end <= o.end,
    ),
    "spans are joined to the wider": (
        Span,
        "narrowed",
        lambda s, by: Span(s.field, min(s.begin, by.begin), max(s.end, by.end)),
    ),
    "more values lie in fewer": (Choice, "lies_in", lambda s, o: s.values >= o.values),
    "a search of fewer fields holds one of more": (
        Search,
        "lies_in",
        lambda s, o: o.words in s.words,
    ),
    "unknown is no status": (
        domains,
        "_STATUSES",
        Choice(Field.STATUS, frozenset({"active", "ended"})),
    ),
}


@pytest.mark.parametrize(("owner", "name", "rule"), MUTANTS.values(), ids=MUTANTS)
def test_a_broken_rule_is_caught(
    owner: object, name: str, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, rule)

    case = find(cases, lambda case: not holds(case), settings=_TRIES, random=Random(1))

    monkeypatch.undo()
    assert holds(case), "it is the mutant that fails here, not the algebra"


def test_the_algebra_itself_is_not_caught() -> None:
    tries = settings(_TRIES, max_examples=300)

    with pytest.raises(NoSuchExample):
        find(cases, lambda case: not holds(case), settings=tries, random=Random(1))
