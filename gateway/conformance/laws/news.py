"""L13: what is new is found, and nothing is taken for gone that may be there."""

from itertools import islice

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, checks_of, holds
from gateway.conformance.rig import NAME, Rig, rigged
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.growing import MOST_MISSES
from gateway.federation.run import PageRequest
from gateway.model.query import Query
from gateway.model.report import BackendStatus

_SECONDS = 60.0
_ALL = 1000
_NEW = 3


async def found(harness: Harness) -> None:
    """Sessions that come after a list was read are in the next one."""
    async with rigged(harness) as rig:
        federation = rig.federation()
        await _told(federation)
        for _ in range(_NEW):
            rig.vendor.insert()
        told = await _told(federation)
        lost = sorted({*rig.held_ids()} - told)
        holds(not lost, f"the next list lacks what is new: {lost}")


async def next_ids(harness: Harness) -> None:
    """The ids that the adapter says come next are those of the sessions that come next."""
    async with rigged(harness) as rig:
        known = {*rig.held_ids()}
        if rig.adapter.abilities().full_list_every is None:
            return
        for _ in range(_NEW):
            rig.vendor.insert()
        named = [*islice(rig.adapter.next_ids(known), _NEW + MOST_MISSES)]
        holds(not known & {*named}, "next_ids() names what is known already")
        lost = sorted({*rig.held_ids()} - known - {*named})
        holds(not lost, f"next_ids() does not name the sessions that came: {lost}")
        await _get_each(rig, sorted({*rig.held_ids()} - known))


async def gone(harness: Harness) -> None:
    """A session that is gone is left out by the next whole list, and by nothing else."""
    async with rigged(harness) as rig:
        federation = rig.federation()
        before = await _told(federation)
        leaver = rig.held_ids()[len(rig.held_ids()) // 2]
        rig.vendor.delete(leaver)
        told = await _told(federation)
        grows = rig.adapter.abilities().full_list_every is not None
        holds(grows or leaver not in told, f"{leaver} is gone, but is told still")
        lost = sorted(before - told - {leaver})
        holds(not lost, f"with {leaver} others went that are there: {lost}")
        told = await _told(rig.federation())
        holds(told == {*rig.held_ids()}, "a whole list is not what is held")


async def _told(federation: Federation) -> set[str]:
    page = await federation.page(PageRequest(Query((NAME,)), _ALL), Deadline.within(_SECONDS))
    report = page.reports[NAME]
    holds(report.status is BackendStatus.OK, f"a list fails: {report.error}")
    return {session.native_id for session in page.sessions}


async def _get_each(rig: Rig, native_ids: list[str]) -> None:
    for native_id in native_ids:
        record = await rig.get(native_id)
        holds(record is not None, f"{native_id} is new, but there is no such session")


CHECKS = checks_of(Law.NEWS, found, next_ids, gone)
