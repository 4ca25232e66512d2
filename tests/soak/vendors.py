"""All simulators, and two vendors whose faults are drawn by a seed, in one process.

python -m tests.soak.vendors 1

Prints one line of JSON: the adapter and the options of each by its name. Serves until its input
ends.
"""

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

from adapters.simulators.server import VendorServer
from gateway.app import utc_now
from tests.laboratory import http_faults as http
from tests.laboratory.server import Exchange, Fault, FaultServer
from tests.laboratory.vendors import Ekran, digital_samba
from tests.support.gateway import SIMULATORS

_ROWS = 200
_HONEST = 12
"""For each honest answer of a troubled vendor stand so many chances, and one for each fault."""
_FAULTS: tuple[Fault, ...] = (
    http.silent,
    http.dripping,
    http.resetting,
    http.closing,
    http.cut_body,
    http.reset_body,
    http.cut_chunks,
    http.half_of_it,
    http.corrupt_gzip,
    http.html("500 Oops"),
    http.slow(0.3),
)


def drawn(seed: int) -> Fault:
    """Do to each request what the seed brings."""
    draw = random.Random(seed)
    choices = [*_FAULTS, *[http.honest] * _HONEST]

    async def fault(exchange: Exchange) -> None:
        await draw.choice(choices)(exchange)

    return fault


async def forget_the_oldest(servers: Sequence[VendorServer]) -> None:
    """Let vendors hold no more than at first: a gateway keeps more of those that hold more."""
    while True:
        await asyncio.sleep(1)
        for server in servers:
            for stay in server.world.stays()[:-_ROWS]:
                server.world.delete(stay.number)


async def _serve(seed: int) -> None:
    async with AsyncExitStack() as stack:
        reached: dict[str, object] = {}
        servers = [
            simulator(rows=_ROWS, seed=seed + number, clock=utc_now)
            for number, simulator in enumerate(SIMULATORS)
        ]
        for server in servers:
            address = await server.start()
            stack.push_async_callback(server.stop)
            reached[server.adapter.replace("_", "-")] = [server.adapter, server.options(address)]
        samba = await stack.enter_async_context(FaultServer(digital_samba(150), drawn(seed)))
        ekran = await stack.enter_async_context(FaultServer(Ekran(150), drawn(seed + 1)))
        reached["troubled-samba"] = [
            "digital_samba",
            {"url": samba.url(), "developer_key": "made-up"},
        ]
        reached["troubled-ekran"] = [
            "ekran",
            {"url": ekran.url(), "api_key": "made-up", "timezone": "UTC"},
        ]
        print(json.dumps(reached), flush=True)  # noqa: T201  # whoever started it waits for this
        forgetting = asyncio.create_task(forget_the_oldest(servers))
        await asyncio.to_thread(sys.stdin.buffer.read)
        forgetting.cancel()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
