"""Whoever waits for room gets it in turn, and somebody always goes on."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.transport.in_flight import USUAL_BYTES, Bill, charge
from gateway.transport.room import Room
from gateway.transport.turns import Turns
from tests.support.examples import examples


@dataclass(eq=False)
class Reading:
    """Something that is charged for what it reads, piece after piece."""

    room: Room
    stack: ExitStack = field(default_factory=ExitStack)
    piece: "asyncio.Task[None] | None" = None
    asked: int = 0

    def __post_init__(self) -> None:
        self.bill: Bill = self.stack.enter_context(self.room.billed())

    @property
    def is_waiting(self) -> bool:
        return self.piece is not None and not self.piece.done()

    async def read(self, count: int, ahead: int = 0) -> None:
        """Read on, if there is room for it."""
        self.asked = count + ahead
        self.piece = asyncio.create_task(self.room.make_room(self.bill, count, ahead, "it"))
        await turn()

    async def end(self) -> None:
        """End as whatever is read ends: what waits is cancelled first."""
        if self.piece is not None:
            self.piece.cancel()
            await asyncio.wait([self.piece])
        self.stack.close()
        await turn()


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_small_bodies_wait_for_nobody() -> None:
    room = Room(USUAL_BYTES)
    large, small = Reading(room), Reading(room)

    await large.read(5 * USUAL_BYTES)
    await small.read(USUAL_BYTES)

    assert not small.is_waiting
    assert room.taken == 6 * USUAL_BYTES


async def test_the_oldest_goes_on_though_others_hold_all_the_room() -> None:
    room = Room(4 * USUAL_BYTES)
    first, second = Reading(room), Reading(room)
    await first.read(2 * USUAL_BYTES)
    await second.read(2 * USUAL_BYTES)

    await second.read(USUAL_BYTES)
    await first.read(USUAL_BYTES)

    assert (first.is_waiting, second.is_waiting) == (False, True)
    await first.end()
    assert not second.is_waiting


async def test_a_smaller_wish_does_not_go_before_one_that_is_older() -> None:
    room = Room(4 * USUAL_BYTES)
    holding, older, younger = (Reading(room) for _ in range(3))
    await holding.read(2 * USUAL_BYTES)

    await older.read(3 * USUAL_BYTES)
    await younger.read(2 * USUAL_BYTES)
    assert (older.is_waiting, younger.is_waiting) == (True, True)
    await older.end()

    assert not younger.is_waiting


async def test_who_gives_up_waiting_lets_those_behind_go_on() -> None:
    room = Room(4 * USUAL_BYTES)
    holding, older, younger = (Reading(room) for _ in range(3))
    await holding.read(2 * USUAL_BYTES)
    await older.read(3 * USUAL_BYTES)
    await younger.read(2 * USUAL_BYTES)
    assert older.piece is not None

    older.piece.cancel()
    await turn()

    assert not younger.is_waiting
    assert (older.bill.taken, room.taken) == (0, 4 * USUAL_BYTES)


async def test_what_was_not_needed_goes_to_whoever_waits() -> None:
    room = Room(4 * USUAL_BYTES)
    first, second = Reading(room), Reading(room)
    await first.read(USUAL_BYTES, ahead=3 * USUAL_BYTES)
    await second.read(2 * USUAL_BYTES)

    room.settle(first.bill)
    await turn()

    assert not second.is_waiting
    assert room.taken == 3 * USUAL_BYTES


async def test_who_was_given_room_and_cancelled_at_once_gives_it_back() -> None:
    room = Room(4 * USUAL_BYTES)
    first, second = Reading(room), Reading(room)
    await first.read(4 * USUAL_BYTES)
    await second.read(3 * USUAL_BYTES)
    assert second.piece is not None

    first.stack.close()
    second.piece.cancel()
    await second.end()

    assert room.taken == 0


async def test_who_waits_for_a_turn_that_others_hold_does_not_keep_them_from_room() -> None:
    room, turns = Room(4 * USUAL_BYTES), Turns(2)
    read_once, ended = asyncio.Event(), []

    async def reading(name: str, bodies: int) -> None:
        with room.charged():
            for _ in range(bodies):
                async with turns.turn(name):
                    await charge(3 * USUAL_BYTES, name)
                read_once.set()
                await turn()
        ended.append(name)

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(reading("of two bodies", 2))
        await read_once.wait()
        for name in ("a", "b", "c"):
            tasks.create_task(reading(name, 1))

    assert sorted(ended) == ["a", "b", "c", "of two bodies"]
    assert room.taken == 0


async def test_who_stood_aside_is_the_oldest_again_afterwards() -> None:
    room = Room(4 * USUAL_BYTES)
    first, second = Reading(room), Reading(room)
    await first.read(3 * USUAL_BYTES)
    await second.read(3 * USUAL_BYTES)
    was_waiting = second.is_waiting

    with room.aside(first.bill):
        await turn()
        is_let_on = not second.is_waiting
    await second.read(USUAL_BYTES)
    await first.read(USUAL_BYTES)

    assert (was_waiting, is_let_on) == (True, True)
    assert (first.is_waiting, second.is_waiting) == (False, True)


sizes = st.integers(1, 4 * USUAL_BYTES)
MAX_BYTES = 6 * USUAL_BYTES


class Rooms(RuleBasedStateMachine):
    """Reads, waits, settles, gives up and ends in any order."""

    readings: list[Reading]

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.room = Room(MAX_BYTES)
        self.readings = []

    @rule(count=sizes, ahead=st.just(0) | sizes)
    def read_something_new(self, count: int, ahead: int) -> None:
        self.readings.append(Reading(self.room))
        self.runner.run(self.readings[-1].read(count, ahead))

    @precondition(lambda self: any(not each.is_waiting for each in self.readings))
    @rule(data=st.data(), count=sizes, ahead=st.just(0) | sizes)
    def read_on(self, data: st.DataObject, count: int, ahead: int) -> None:
        idle = [each for each in self.readings if not each.is_waiting]
        self.runner.run(data.draw(st.sampled_from(idle)).read(count, ahead))

    @precondition(lambda self: any(not each.is_waiting for each in self.readings))
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        idle = [each for each in self.readings if not each.is_waiting]
        self.room.settle(data.draw(st.sampled_from(idle)).bill)
        self.runner.run(turn())

    @precondition(lambda self: self.readings)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        ended = data.draw(st.sampled_from(self.readings))
        self.readings.remove(ended)
        self.runner.run(ended.end())

    @invariant()
    def what_is_taken_is_what_is_on_the_bills(self) -> None:
        assert self.room.taken == sum(each.bill.taken for each in self.readings)
        assert all(each.is_waiting or each.bill.come <= each.bill.taken for each in self.readings)

    @invariant()
    def nobody_waits_without_need_and_never_does_all(self) -> None:
        waiting = [each for each in self.readings if each.is_waiting]
        assert all(each.bill.is_held_up for each in waiting)
        if waiting:
            assert any(not each.is_waiting and each.bill.taken > 0 for each in self.readings), (
                "somebody goes on"
            )
            assert self.room.taken + max(each.asked for each in waiting) > MAX_BYTES

    @invariant()
    def the_bound_is_exceeded_only_by_the_oldest_and_the_small(self) -> None:
        others = sorted((each.bill.taken for each in self.readings), reverse=True)
        large = [taken for taken in others if taken > USUAL_BYTES]
        assert sum(large) - max(large, default=0) <= MAX_BYTES

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        while going := [each for each in self.readings if not each.is_waiting]:
            self.readings.remove(going[0])
            self.runner.run(going[0].end())
        assert self.readings == [], "whoever goes on ends, and then all have been let on"
        assert self.room.taken == 0
        self.runner.close()


Rooms.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=30, deadline=None)
TestRooms = Rooms.TestCase
