"""Whole listings are kept within bounds, each for its time, and answer what they hold."""

from gateway.federation.freshness import Acceptance, Lifetimes
from gateway.federation.listings import Kept, KeptListings
from tests.federation.liars import rows
from tests.federation.listed import ACTIVE, ENDED, Clock, key, listing
from tests.support.fakes import FakeRow

ONE = listing(FakeRow("1", 1))


def test_a_listing_is_kept_for_its_time_to_live() -> None:
    clock = Clock()
    kept = KeptListings(timer=clock)
    kept.keep(key(), ONE, Lifetimes(10))

    clock.now = 9.9
    assert kept.find(key()) is ONE
    clock.now = 10.0
    assert kept.find(key()) is None


def test_a_time_to_live_of_nothing_keeps_nothing() -> None:
    kept = KeptListings(timer=Clock())

    kept.keep(key(), ONE, Lifetimes(0))

    assert kept.find(key()) is None


def test_a_new_listing_takes_the_place_of_the_old_with_a_time_of_its_own() -> None:
    clock = Clock()
    kept = KeptListings(timer=clock)
    kept.keep(key(), ONE, Lifetimes(10))
    clock.now = 9.0
    newer = listing(FakeRow("2", 2))

    kept.keep(key(), newer, Lifetimes(10))

    clock.now = 18.9
    assert kept.find(key()) is newer


def test_a_list_that_was_asked_for_earlier_never_takes_the_place_of_a_later_one() -> None:
    clock = Clock()
    kept = KeptListings(timer=clock)
    clock.now = 5.0
    newer = listing(FakeRow("2", 2))
    kept.keep(key(), newer, Lifetimes(10), read_at=3.0)
    before = kept.changes["a"]

    kept.keep(key(), ONE, Lifetimes(10), read_at=2.0)

    assert kept.find(key()) is newer
    assert kept.changes["a"] == before
    kept.keep(key(), ONE, Lifetimes(10), read_at=3.0)
    assert kept.find(key()) is ONE


def test_a_whole_list_takes_the_place_of_one_that_has_grown_since_it_was_asked_for() -> None:
    clock, whole, lifetimes = Clock(), listing(FakeRow("2", 2)), Lifetimes(10)
    kept = KeptListings(timer=clock)
    kept.keep_read(key(), Kept(ONE, lifetimes.begin(0.0), 0.0, full_list_due=300.0))
    growing = kept.held(key()).growing
    assert growing is not None
    clock.now = 5.0
    kept.keep_grown(key(), growing, listing(*rows(1, 2)), Lifetimes(10))

    kept.keep_read(key(), Kept(whole, lifetimes.begin(4.0), 4.0, full_list_due=304.0))

    assert kept.find(key()) is whole


def test_a_timer_that_moves_on_meanwhile_loses_no_call() -> None:
    ticks = iter(range(1000))
    kept = KeptListings(timer=lambda: float(next(ticks)))
    kept.keep(key(), ONE, Lifetimes(3))

    found = [kept.find(key()) for _ in range(10)]

    assert found[-1] is None


def test_a_whole_listing_answers_what_is_narrower() -> None:
    kept = KeptListings(timer=Clock())
    kept.keep(key(), ONE, Lifetimes(10))

    assert kept.find(key("a", ENDED)) is ONE


def test_a_whole_listing_that_serves_no_more_hides_none_that_does() -> None:
    clock, lifetimes = Clock(), Lifetimes(15, 60, 900)
    kept, narrow = KeptListings(timer=clock), key("a", ENDED)
    narrowed = listing(FakeRow("2", 2))
    kept.keep(key(), ONE, lifetimes)
    clock.now = 80.0
    kept.keep(narrow, narrowed, lifetimes)
    life = kept.held(narrow).life_of(narrowed)

    assert kept.find(narrow) is narrowed
    assert life is not None
    assert life.read_at == 80.0
    assert kept.find(key()) is None


def test_of_two_listings_that_hold_enough_the_fresher_serves() -> None:
    clock, lifetimes = Clock(), Lifetimes(15, 60, 900)
    kept, narrow = KeptListings(timer=clock), key("a", ENDED)
    narrowed = listing(FakeRow("2", 2))
    kept.keep(narrow, narrowed, lifetimes)
    clock.now = 1.0
    kept.keep(key(), ONE, lifetimes)
    assert kept.find(narrow) is ONE
    clock.now = 2.0
    kept.keep(narrow, narrowed, lifetimes)
    in_need = Acceptance(stale_s=900)

    assert kept.find(narrow) is narrowed
    clock.now = 800.0
    assert kept.find(narrow, in_need) is narrowed


def test_a_narrowed_listing_answers_nothing_but_itself() -> None:
    kept = KeptListings(timer=Clock())
    kept.keep(key("a", ENDED), ONE, Lifetimes(10))

    assert kept.find(key("a", ENDED)) is ONE
    assert kept.find(key()) is None
    assert kept.find(key("a", ACTIVE)) is None
    assert kept.find(key("a", ENDED, ACTIVE)) is None


def test_a_listing_answers_for_its_own_backend_only() -> None:
    kept = KeptListings(timer=Clock())
    kept.keep(key("a"), ONE, Lifetimes(10))

    assert kept.find(key("b")) is None


def test_the_bytes_of_all_that_is_kept_are_bounded() -> None:
    kept = KeptListings(timer=Clock(), max_bytes=2 * ONE.size)
    for name in ("a", "b"):
        kept.keep(key(name), ONE, Lifetimes(10))
    kept.find(key("a"))

    kept.keep(key("c"), ONE, Lifetimes(10))

    assert kept.find(key("a")) is ONE
    assert kept.find(key("b")) is None, "the one not used for longest makes room"
    assert kept.find(key("c")) is ONE


def test_a_listing_larger_than_all_the_room_is_not_kept_and_displaces_nothing() -> None:
    kept = KeptListings(timer=Clock(), max_bytes=ONE.size)
    kept.keep(key("a"), ONE, Lifetimes(10))

    kept.keep(key("b"), listing(*rows(1, 2)), Lifetimes(10))

    assert kept.find(key("b")) is None
    assert kept.find(key("a")) is ONE
