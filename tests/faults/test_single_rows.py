"""The rows of the matrix that are stories of their own."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest
from yarl import URL

from gateway.config import BackendSettings
from gateway.web.limits import ServingLimits
from tests.faults.asking import GRACE, asking, lines
from tests.faults.sites import CANARY, canopsis, cortex, ekran, samba, troubled
from tests.laboratory import http_faults as http
from tests.laboratory import row_faults, rpc_faults
from tests.laboratory.blackholes import name_server
from tests.laboratory.descriptors import none_left
from tests.laboratory.server import HOST, Exchange, FaultServer
from tests.laboratory.vendors import DigitalSamba, digital_samba
from tests.laboratory.watch import watched
from tests.support.gateway import running, settings_for

KEPT = {
    "GET": samba(http.on_a_kept_connection(http.closing)),
    "POST": ekran(http.on_a_kept_connection(http.closing)),
    "GET that is reset": samba(http.on_a_kept_connection(http.resetting)),
    "POST that is reset": ekran(http.on_a_kept_connection(http.resetting)),
}


@pytest.mark.parametrize("method", KEPT)
async def test_row_7_a_kept_connection_that_was_closed_costs_nothing(
    method: str, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(KEPT[method], tmp_path, log) as asked:
        first = await asked.alone()
        second = await asked.alone()

    assert (first.status, second.status) == (200, 200)
    assert second.ids == first.ids


async def test_row_31_a_session_that_is_not_there_is_not_found(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(samba(http.html("404 What")), tmp_path, log) as asked:
        answer = await asked.ask("/v1/sessions/troubled:7")

    assert (answer.status, answer.body["code"]) == (404, "not_found")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_row_33_nobody_is_asked_whom_a_vendor_points_to(
    status: int, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with FaultServer(digital_samba(), http.honest) as elsewhere:
        moved = http.replying(b"", f"{status} There", f"Location: {elsewhere.url()}/sessions")
        async with asking(samba(moved), tmp_path, log) as asked:
            await asked.alone()

    assert elsewhere.connections == []


async def test_row_36_the_same_id_in_two_backends_is_of_two_sessions(
    log: pytest.LogCaptureFixture,
) -> None:
    async with watched(), FaultServer(digital_samba(), http.honest) as server:
        backends = [
            troubled("digital_samba", {"url": server.url(), "developer_key": CANARY}, name=name)
            for name in ("here", "there")
        ]
        async with running(settings_for(*backends)) as gateway:
            page = await gateway.get("/v1/sessions")

    assert sorted(page.ids) == sorted(
        f"{at}:samba-{n}" for at in ("here", "there") for n in range(3)
    )
    assert page.body["complete"] is True
    assert not [line for line in lines(log) if CANARY in line]


async def test_row_38_a_page_that_comes_again_and_again_is_kept_and_read_no_more(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    site = samba(row_faults.same_page_for_ever, vendor=lambda: digital_samba(250))

    async with asking(site, tmp_path, log) as asked:
        page = await asked.ask(limit=1000)

    report = page.body["backends"]["troubled"]
    assert asked.site.asked() <= 3
    assert (page.status, page.body["complete"]) == (200, False)
    assert report["error"]["code"] == "protocol"
    assert report["rows"] >= 99


async def test_row_38_pages_without_an_end_end_with_the_budget(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(samba(row_faults.endless_pages), tmp_path, log, is_alone=True) as asked:
        page = await asked.alone(limit=1000, q="nothing that any of them has")

    assert asked.site.asked() <= 100
    assert page.body.get("complete", False) is False


async def test_row_39_a_vendor_that_never_keeps_the_order_is_read_whole(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    def oldest_first() -> DigitalSamba:
        return DigitalSamba(digital_samba(250).rows[::-1])

    async with asking(samba(vendor=oldest_first), tmp_path, log, is_alone=True) as asked:
        counts = [len((await asked.alone(limit=1000)).ids) for _ in range(4)]

    assert counts == [100, 100, 100, 250]


async def test_row_46_name_servers_that_hang_leave_names_for_others() -> None:
    with name_server("vendor.invalid", is_hanging=True):
        async with watched(), FaultServer(digital_samba(), http.honest) as server:
            hanging = [reached(f"https://n{n}.vendor.invalid", f"hanging-{n}") for n in range(40)]
            named = reached(f"http://localhost:{server.port}", "named")
            async with running(settings_for(*hanging, named)) as gateway:
                silent = [gateway.get("/v1/sessions", backend=each.name) for each in hanging]
                answers = asyncio.gather(*silent)
                await asyncio.sleep(0.05)  # Until all threads there are hang.
                page = await gateway.get("/v1/sessions", backend="named")
                statuses = {answer.status for answer in await answers}

    assert (page.status, len(page.ids), statuses) == (200, 3, {504})


def reached(url: str, name: str) -> BackendSettings:
    """Configure a Digital Samba."""
    return troubled("digital_samba", {"url": url, "developer_key": CANARY}, name=name)


async def test_row_51_nothing_more_is_asked_for_a_client_that_left() -> None:
    come, gone = asyncio.Event(), asyncio.Event()

    async def silent(exchange: Exchange) -> None:
        come.set()
        await exchange.until_left()
        gone.set()

    async with watched(), FaultServer(digital_samba(), silent) as server:
        patient = [reached(server.url(), "troubled").model_copy(update={"timeout_s": 10.0})]
        async with running(settings_for(*patient)) as gateway:
            client = asyncio.create_task(gateway.get("/v1/sessions"))
            await come.wait()
            client.cancel()
            async with asyncio.timeout(0.1 + GRACE):
                await gone.wait()

    assert server.count("GET") == 1


async def test_row_52_a_client_that_does_not_read_is_dropped(log: pytest.LogCaptureFixture) -> None:
    limits = ServingLimits(write_seconds=0.2)

    async with watched(), FaultServer(digital_samba(30_000), http.honest) as server:
        settings = settings_for(reached(server.url(), "troubled"))
        async with running(settings, limits=limits) as gateway:
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
                client.connect((HOST, URL(gateway.address).port or 0))
                client.sendall(
                    b"GET /v1/sessions HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n"
                )
                async with asyncio.timeout(20):
                    while not any("GET /v1/sessions" in line for line in lines(log)):  # noqa: ASYNC110  # nobody tells
                        await asyncio.sleep(0.05)
                told = await asyncio.to_thread(everything, client)

    assert told.startswith(b"HTTP/1.1 200")
    assert b'"end":true' not in told
    assert server.count("GET") < 300


def everything(client: socket.socket) -> bytes:
    """Read what is left to be read."""
    client.settimeout(2)
    told = b""
    with contextlib.suppress(OSError):
        while piece := client.recv(65536):
            told += piece
    return told


async def test_row_53_a_want_of_descriptors_is_our_own_and_others_are_read(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(samba(), tmp_path, log) as asked:
        # Whom it is connected to can be asked without a descriptor more.
        await asked.ask(backend=["museum", "office"])
        with none_left():
            alone = await asked.alone()
            page = await asked.ask()

    assert (alone.status, len(page.ids)) == (503, 6)
    assert page.body["backends"]["troubled"]["error"]["code"] == "overloaded"
    assert alone.headers["Retry-After"]


async def test_row_55_a_request_amid_a_reload_ends_on_the_old_snapshot() -> None:
    come, is_let = asyncio.Event(), asyncio.Event()

    async def held(exchange: Exchange) -> None:
        come.set()
        await is_let.wait()
        await http.honest(exchange)

    async with watched(), FaultServer(digital_samba(), held) as server:
        patient = reached(server.url(), "troubled").model_copy(update={"timeout_s": 10.0})
        async with running(settings_for(patient)) as gateway:
            asked = asyncio.create_task(gateway.get("/v1/sessions"))
            await come.wait()
            await gateway.reload(settings_for(reached(server.url(), "another")))
            is_let.set()
            page = await asked
            later = await gateway.get("/v1/sessions")

    assert (page.status, later.status) == (200, 200)
    assert (page.body["complete"], list(page.body["backends"])) == (True, ["troubled"])
    assert list(later.body["backends"]) == ["another"]


SENDING = {
    "a header": samba(),
    "the query": canopsis(http.honest),
    "the body": cortex(rpc_faults.honest),
}


@pytest.mark.parametrize("place", SENDING)
async def test_what_nobody_may_be_told_is_what_vendors_are_sent(
    place: str, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(SENDING[place], tmp_path, log, is_alone=True) as asked:
        answer = await asked.alone()

    assert answer.status == 200
    assert CANARY in asked.site.sent()


async def test_nothing_is_left_of_a_gateway_that_was_closed_amid_a_call() -> None:
    come = asyncio.Event()

    async def silent(exchange: Exchange) -> None:
        come.set()
        await exchange.until_left()

    async with watched(), FaultServer(digital_samba(), silent) as server:
        patient = reached(server.url(), "troubled").model_copy(update={"timeout_s": 10.0})
        async with running(settings_for(patient)) as gateway:
            reader, writer = await asyncio.open_connection(HOST, URL(gateway.address).port)
            writer.write(b"GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n")
            await come.wait()
        told = await reader.read()
        writer.close()

    assert (server.count("GET"), told) == (1, b"")
