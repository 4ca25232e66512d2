"""What is odd about the socket of Cortex."""

import ssl
from pathlib import Path

import aiohttp
import pytest
import trustme

from adapters.cortex import CortexAdapter, CortexOptions
from adapters.simulators.cortex import CortexSimulator, Manners
from gateway.spi import ErrorCode, GiveUp, TryAgainLater
from gateway.transport.limits import Limits, Trust
from tests.quirks.cortex.raw import V1, V2, read, service, talking
from tests.support.adapters import driving, noon
from tests.support.wires import rpc_wire
from tests.vendors.cortex import BOTH, serving


@BOTH
async def test_samples_and_warnings_come_before_an_answer(manners: Manners) -> None:
    """As in "Cortex API, Data sample object", whose samples no call has asked for here."""
    async with service(manners) as (simulator, talk, options):
        await talk.send("getUserLogin", call_id="hello")
        *others, answer = await talk.frames()

        assert len(await read(options)) == len(simulator.held())

    assert "sid" in others[0]
    assert all("warning" in frame for frame in others[1:])
    assert answer["id"] == "hello"


async def test_a_warning_may_carry_an_id() -> None:
    """As in "Cortex API v1, decryptData"."""
    async with service(V1) as (simulator, talk, options):
        await talk.send("getUserLogin", call_id=5)
        frames = await talk.frames()

        assert len(await read(options)) == len(simulator.held())

    assert [frame.keys() for frame in frames if frame.get("id") == 5] == [
        {"id", "jsonrpc", "warning"},
        {"id", "jsonrpc", "result"},
    ]


async def test_the_message_of_a_warning_is_a_text_or_an_object() -> None:
    """As in "Cortex API, Warning Objects"."""
    async with service(V2) as (simulator, talk, options):
        await talk.send("getUserLogin")
        frames = await talk.frames()

        assert len(await read(options)) == len(simulator.held())

    warnings = [frame["warning"] for frame in frames if "warning" in frame]
    assert [type(warning["message"]) for warning in warnings] == [dict, str]


async def test_calls_are_handled_one_at_a_time() -> None:
    """As in "Cortex API v1, JSON-RPC": requests are synchronous."""
    async with service(V1) as (_, talk, options):
        await talk.send("querySessions", talk.token, call_id="long")
        await talk.send("getUserLogin", call_id="short")
        answers = [(await talk.frames())[-1]["id"] for _ in range(2)]
        adapter = CortexAdapter(CortexOptions.model_validate(options))

    assert answers == ["long", "short"]
    assert adapter.endpoint().is_serial


async def test_everything_comes_in_one_answer() -> None:
    """As in "Cortex API v1, querySessions": the entire response is an array."""
    async with service(V1, rows=5000) as (_, talk, options):
        rows = await talk.sessions(limit=10, offset=20)
        async with driving(CortexAdapter, options, limits=Limits()) as driver:
            pages = await driver.pages()

    assert len(rows) == 5000
    assert [len(page.records) for page in pages] == [5000]


async def test_sockets_are_encrypted_under_a_private_authority(tmp_path: Path) -> None:
    """As in "Cortex API, Connecting to the Cortex API": wss, and a root of the vendor's own."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "rootCA.pem")
    simulator = CortexSimulator(rows=20, seed=1, clock=noon, manners=V2)
    simulator.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(simulator.tls)
    async with serving(simulator) as options:
        encrypted = str(options["url"])
        with pytest.raises(aiohttp.ClientError):
            async with talking({"url": encrypted.replace("wss:", "ws:")}):
                pass
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            async with talking(options):
                pass

        adapter = CortexAdapter(CortexOptions.model_validate(options))
        async with rpc_wire(encrypted, trust=Trust(ca_file=tmp_path / "rootCA.pem")) as wire:
            ticket = await adapter.log_in(wire)
        async with rpc_wire(encrypted) as stranger:
            with pytest.raises(GiveUp) as caught:
                await adapter.log_in(stranger)

    assert encrypted.startswith("wss://")
    assert ticket.values["dialect"] == "v2"
    assert caught.value.code is ErrorCode.TLS


async def test_a_remote_service_takes_one_connection() -> None:
    """As in "Cortex API, Connecting to the Cortex API", of other machines than its own."""
    simulator = CortexSimulator(rows=0, seed=1, clock=noon, manners=Manners("v2", is_remote=True))
    async with serving(simulator) as options, driving(CortexAdapter, options) as driver:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with talking(options):
                pass

        simulator.hangs_up_on = {"querySessions"}
        with pytest.raises(TryAgainLater):
            await driver.sessions()
        simulator.hangs_up_on = set()

        assert await driver.sessions() == []
