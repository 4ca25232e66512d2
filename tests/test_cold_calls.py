"""Many equal calls at once, over all five vendors, with nothing kept: each vendor is asked once."""

import asyncio

from tests.support.gateway import Vendors, all_vendors, running

AT_ONCE = 64


def lists(vendors: Vendors) -> dict[str, int]:
    """Count the lists, and pages of lists, that each vendor was asked for."""
    return {name: server.served["listing"] for name, server in vendors.servers.items()}


async def test_equal_calls_make_one_request_to_each_vendor() -> None:
    async with all_vendors(rows=12) as vendors, running(vendors.settings()) as gateway:
        answers = await asyncio.gather(*(gateway.get("/v1/sessions") for _ in range(AT_ONCE)))

        assert lists(vendors) == dict.fromkeys(vendors.servers, 1)
        assert all(answer.body["complete"] for answer in answers)
        assert len({tuple(answer.ids) for answer in answers}) == 1


async def test_whoever_leaves_first_costs_the_others_nothing() -> None:
    async with all_vendors(rows=12) as vendors, running(vendors.settings()) as gateway:
        begun = asyncio.Event()
        for server in vendors.servers.values():
            server.before_answering = begun.set
        leader = asyncio.create_task(gateway.get("/v1/sessions"))
        others = [asyncio.create_task(gateway.get("/v1/sessions")) for _ in range(AT_ONCE - 1)]
        await begun.wait()
        leader.cancel()
        answers = await asyncio.gather(*others)

        assert all(answer.body["complete"] for answer in answers)
        assert max(lists(vendors).values()) <= 2, "at most what only the leader had begun"
