"""How well a vendor checks a condition, by what its adapter declares."""

import pytest

from gateway.spi import Abilities, Contains, Field, Op, Support

SEARCHING = Abilities(
    filters={(Field.TEXT, Op.CONTAINS): Support.EXACT},
    absent=frozenset({Field.TITLE, Field.SPACE}),
)


@pytest.mark.parametrize(
    ("search", "support"),
    [
        (Contains("ann"), Support.EXACT),
        (Contains("ann", (Field.USER,)), Support.UNSUPPORTED),
        (Contains("ann", (Field.TITLE, Field.USER)), Support.UNSUPPORTED),
        (Contains("ann", (Field.TITLE, Field.SPACE)), Support.ABSENT),
        (Contains("ann", ()), Support.ABSENT),
    ],
)
def test_a_vendor_is_not_asked_to_search_where_something_is_hidden(
    search: Contains, support: Support
) -> None:
    assert SEARCHING.support(search) is support
