"""Whole lists between replicas: one of them reads a list, and the others take it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.federation.backend import Backend, Failed
from gateway.federation.freshness import Acceptance, Life
from gateway.federation.gathering import gather
from gateway.federation.harvest import Harvest
from gateway.federation.naming import name_of_listing
from gateway.federation.parcels import Age, packed_listing, unpacked_listing
from gateway.federation.sharing import Parcel
from gateway.federation.shelf import Lease
from gateway.federation.tally import Tally
from gateway.model.report import ServedFrom
from gateway.paging.planner import BackendPlan


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a backend lists, and how long that serves as it is.

    ``full_list_due`` is when one that grows is to be asked for anew, by the timer.
    """

    harvest: Harvest
    life: Life
    full_list_due: float | None
    is_taken: bool


@dataclass(slots=True)
class ListSharing:
    """Takes a whole list that another replica has read; if none has, reads it for all of them.

    One that grows is of use to the others for as long as one whole list serves, and else as long as
    it is fresh.
    """

    backend: Backend
    plan: BackendPlan
    timer: Callable[[], float]
    new_harvest: Callable[[], Harvest]
    _full_list_every_s: float | None = field(init=False)
    _taken: tuple[Gathered, Tally] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Look up how long a listing may grow: not if it lacks what was not asked for."""
        abilities = self.backend.abilities()
        every = None if isinstance(abilities, Failed) else abilities.full_list_every
        is_whole = every is not None and not self.plan.scan.pushed
        self._full_list_every_s = every.total_seconds() if every and is_whole else None

    async def gathered(self, tally: Tally, accepted: Acceptance) -> Gathered | Failed:
        """Give all there is, and count in a tally what that took."""
        others = accepted.of_others(self.timer())
        if others is None or self._for_s <= 0:
            return await self._read(tally, None)
        found = await self.backend.shelf.fetch(
            name_of_listing(self.plan.scan.pushed),
            self._take,
            # Like the list itself it is waited for when those who wanted it have left.
            wait_s=self.backend.limits.timeout_seconds,
        )
        if isinstance(found, Lease):
            return await self._read(tally, found)
        if found is None or self._taken is None or not self._may_serve(found, others):
            return await self._read(tally, None)
        gathered, told = self._taken
        tally.as_of, tally.flaws = told.as_of, told.flaws
        tally.has_drifted, tally.served_from = told.has_drifted, ServedFrom.CACHE
        return gathered

    @property
    def _for_s(self) -> float:
        every_s = self._full_list_every_s
        return self.backend.lifetimes.fresh_s if every_s is None else every_s

    def _may_serve(self, life: Life, others: Acceptance) -> bool:
        if self._full_list_every_s is not None:
            return others.since <= life.read_at  # It grows, and is then as of now.
        return life.serves(self.timer(), others)

    async def _take(self, parcel: Parcel) -> Life | None:
        harvest, tally, changes = self.new_harvest(), Tally(), self.backend.changes.count
        age = await unpacked_listing(parcel, self.backend, harvest, tally)
        if age is None or self.backend.changes.count != changes:
            return None
        gathered = self._gathered(harvest, age, is_taken=True)
        self._taken = gathered, tally
        return gathered.life

    async def _read(self, tally: Tally, lease: Lease | None) -> Gathered | Failed:
        harvest, read_at = self.new_harvest(), self.timer()
        # Its pages are no older than it says: it joins nobody who began to read one before.
        second = Acceptance(read_at).second(read_at)
        is_read = False
        try:
            failed = await gather(harvest, self.backend, self.plan, tally, second)
            is_read = failed is None
        finally:
            if lease is not None and not is_read:
                lease.end()
        if failed is not None:
            return failed
        asked_s = self.timer() - read_at
        if lease is not None:
            as_of = tally.as_of or self.backend.now()
            lease.put(packed_listing(harvest, tally, as_of, asked_s, self._for_s), self._for_s)
        return self._gathered(harvest, Age(asked_s, 0.0), is_taken=False)

    def _gathered(self, harvest: Harvest, age: Age, *, is_taken: bool) -> Gathered:
        now, every_s = self.timer(), self._full_list_every_s
        came = now - age.came_s
        life = self.backend.lifetimes.begin(now - age.asked_s, came)
        due = None if every_s is None else came + every_s
        return Gathered(harvest, life, due, is_taken)
