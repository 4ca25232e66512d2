"""Rates, as they are written and shared."""

import pytest

from gateway.spi import Rate


@pytest.mark.parametrize("workers", [1, 2, 3, 64])
def test_the_shares_of_a_rate_make_up_the_rate(workers: int) -> None:
    share = Rate(20, 1).shared_by(workers)

    assert share.per_second * workers == pytest.approx(20)
