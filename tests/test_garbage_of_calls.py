"""What a call has made goes with it: nothing waits for the collector of garbage.

What does waits for seconds, with all the rows it holds, and the process grows by that.
"""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gateway.config import CacheSettings
from tests.laboratory import http_faults as http
from tests.laboratory.server import Fault, FaultServer
from tests.laboratory.vendors import digital_samba
from tests.support.gateway import all_vendors, backend, running, settings_for

CALLS = 5
UNKEPT = CacheSettings(ttl_s=0, stale_while_revalidate_s=0, stale_if_error_s=0)


@contextmanager
def garbage() -> Iterator[Counter[str]]:
    """Count what only the collector lets go of, by its type, as far as it is ours."""
    found: Counter[str] = Counter()
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield found
        gc.collect()
        found.update(
            type(each).__qualname__
            for each in gc.garbage
            if type(each).__module__.startswith("gateway.")
        )
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/sessions", {}),
        ("/v1/sessions", {"limit": "5", "sort": "-user"}),
        ("/v1/sessions", {"status": "ended", "count": "exact"}),
        ("/v1/sessions", {"limit": "many"}),
        ("/v1/sessions/summary", {"by": "status"}),
        ("/v1/sessions/roundware:1", {}),
        ("/v1/sessions/nowhere:1", {}),
        ("/v1/backends", {}),
        ("/nothing", {}),
    ],
)
async def test_a_call_leaves_nothing_to_be_collected(path: str, query: dict[str, str]) -> None:
    async with all_vendors(60) as vendors:
        backends = [each.model_copy(update={"cache": UNKEPT}) for each in vendors.backends.values()]
        async with running(settings_for(*backends)) as gateway:
            await gateway.call("GET", path, query)
            with garbage() as found:
                for _ in range(CALLS):
                    await gateway.call("GET", path, query)

    assert not found


@pytest.mark.parametrize(
    "fault",
    [http.resetting, http.half_of_it, http.replying(b"", "503 Busy")],
    ids=["resets", "half an answer", "busy"],
)
async def test_neither_does_a_failure(fault: Fault) -> None:
    async with FaultServer(digital_samba(), fault) as server:
        options = {"url": server.url(), "developer_key": "made-up"}
        settings = settings_for(backend("digital_samba", options, cache=UNKEPT))
        async with running(settings) as gateway:
            await gateway.get("/v1/sessions")
            with garbage() as found:
                for _ in range(CALLS):
                    await gateway.get("/v1/sessions")

    assert not found
