"""What detail calls told of single sessions is kept, the newest of each."""

import pytest

from gateway.federation.details import Detail, KeptDetails
from gateway.federation.flaws import FLAWLESS
from gateway.federation.freshness import AS_IT_SERVES, Lifetimes
from tests.support.adapters import NOON
from tests.support.clock import Clock


def detail(read_at: float) -> Detail:
    return Detail(None, NOON, FLAWLESS, Lifetimes(60).begin(read_at))


@pytest.mark.parametrize("later", [5.0, 7.0])
def test_what_was_asked_for_earlier_takes_no_place_of_what_was_asked_for_later(
    later: float,
) -> None:
    kept = KeptDetails(timer=Clock(10))
    first, second = detail(later), detail(5.0)

    kept.keep("a", "1", first)
    kept.keep("a", "1", second)

    assert kept.find("a", "1", AS_IT_SERVES) is (first if later > 5.0 else second)
