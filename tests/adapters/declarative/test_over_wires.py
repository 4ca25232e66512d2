"""A vendor in a file, spoken with over real sockets by each transport."""

import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from adapters.declarative.adapter import DeclarativeAdapter
from gateway.conformance.harness import Harness
from gateway.federation.tickets import Tickets
from gateway.spi import BadAnswer, Context, First, RpcEndpoint
from gateway.spi.documents import ConfigurationError
from tests.adapters.declarative.speaking import REST
from tests.support.adapters import NOON, Driver, driving
from tests.support.wires import Peer, RpcPeer, Talk, reply, replying

LISTED = {"request": {"path": "/sessions"}, "records": "rows", "paginate": {"style": "link"}}
ENTRY = {
    "kind": "log_in",
    "request": {"method": "POST", "path": "/login", "body": {"key": "${options.key}"}},
    "token": "token",
    "send": {"in": "header", "at": "X-Token"},
}


def described(folder: Path, **said: Any) -> type[DeclarativeAdapter]:  # noqa: ANN401  # as the file has it
    file = folder / "vendor.yaml"
    file.write_text(json.dumps({**REST, **said}))  # JSON is YAML too
    return DeclarativeAdapter.of_file(file)


def over(kind: str, **said: Any) -> dict[str, Any]:  # noqa: ANN401  # as the file has it
    return {"kind": kind, "base_url": "${options.base}", **said}


def driven(
    adapter: type[DeclarativeAdapter], peer: Peer, **options: str
) -> AbstractAsyncContextManager[Driver]:
    return driving(adapter, {"spec": "vendor.yaml", "base": peer.url, **options})


def rows(*ids: str) -> bytes:
    return json.dumps({"rows": [{"id": each} for each in ids]}).encode()


async def test_a_list_is_read_over_http_from_link_to_link(tmp_path: Path) -> None:
    adapter = described(tmp_path, list=LISTED, transport=over("rest", auth=ENTRY))
    pages = (
        reply(rows("a", "b"), 'Link: <?page=0>; rel="prev"', 'Link: <?page=2>; rel="next"'),
        reply(rows("c")),
    )
    async with Peer(replying(reply(b'{"token": "t-1"}'), *pages)) as peer:
        options = {"spec": "vendor.yaml", "base": f"{peer.url}/api", "key": "k"}
        async with driving(adapter, options) as driver:
            sessions = await driver.sessions()

    assert [session.id for session in sessions] == ["here:a", "here:b", "here:c"]
    assert {session.vendor for session in sessions} == {"made_up"}
    lines = [request.split(b"\r\n")[0] for request in peer.requests]
    assert lines == [
        b"POST /api/login HTTP/1.1",
        b"GET /api/sessions HTTP/1.1",
        b"GET /api/sessions?page=2 HTTP/1.1",
    ]
    assert b'{"key":"k"}' in peer.requests[0]
    assert all(b"X-Token: t-1" in request for request in peer.requests[1:])


async def test_a_token_that_is_refused_is_renewed(tmp_path: Path) -> None:
    adapter_class = described(tmp_path, transport=over("rest", auth=ENTRY))
    replies = (
        *(reply(b'{"token": "t-0"}'), reply(b'{"token": "t-1"}')),
        *(reply(b"", status="401 Unauthorized"), reply(b'{"token": "t-2"}'), reply(rows("a"))),
    )
    async with Peer(replying(*replies)) as peer, driven(adapter_class, peer, key="k") as driver:
        tickets = Tickets(driver.wire, lambda: driver.adapter.log_in(driver.wire))

        async def read(context: Context[Any]) -> object:
            return await driver.adapter.fetch_page(driver.plan(), First(), context)

        await tickets.call(read, NOON)

    assert b"X-Token: t-2" in peer.requests[-1]


RPC_LIST = {
    "request": {"method": "list", "params": {"by": "${session.token}"}},
    "records": "result.rows",
    "paginate": {"style": "single"},
}


async def test_a_list_is_read_by_json_rpc_over_http(tmp_path: Path) -> None:
    listed = {**RPC_LIST, "request": {"method": "list", "params": {"all": True}}}
    adapter = described(tmp_path, list=listed, transport=over("jsonrpc_http", path="/rpc"))
    answer = b'{"jsonrpc": "2.0", "id": 1, "result": ' + rows("a") + b"}"
    async with Peer(replying(reply(answer))) as peer, driven(adapter, peer) as driver:
        (session,) = await driver.sessions()

    assert session.native_id == "a"
    (request,) = peer.requests
    assert request.startswith(b"POST /rpc HTTP/1.1")
    assert json.loads(request.split(b"\r\n\r\n")[1]) == {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "list",
        "params": {"all": True},
    }


async def test_a_list_is_read_by_json_rpc_over_a_websocket(tmp_path: Path) -> None:
    handshake = [{"method": "enter", "params": {"key": "${options.key}"}, "keep": {"token": "t"}}]
    transport = {
        "kind": "jsonrpc_ws",
        "url": "${options.base}",
        "handshake": handshake,
        "serial": True,
    }
    adapter = described(tmp_path, list=RPC_LIST, transport=transport)
    calls = []

    async def converse(talk: Talk) -> None:
        calls.append(await talk.call())
        await talk.answer(calls[-1], {"t": "t-1"})
        calls.append(await talk.call())
        await talk.answer(calls[-1], json.loads(rows("a")))
        await talk.until_left()

    async with RpcPeer(converse) as peer:
        options = {"spec": "vendor.yaml", "base": peer.url, "key": "k"}
        async with driving(adapter, options) as driver:
            assert driver.adapter.endpoint() == RpcEndpoint(peer.url, is_serial=True)
            (session,) = await driver.sessions()

    assert session.native_id == "a"
    assert [(call["method"], call["params"]) for call in calls] == [
        ("enter", {"key": "k"}),
        ("list", {"by": "t-1"}),
    ]


async def test_a_body_that_is_cut_is_a_bad_answer(tmp_path: Path) -> None:
    adapter = described(tmp_path, transport=over("rest"))
    async with Peer(replying(reply(rows("a")[:-3]))) as peer, driven(adapter, peer) as driver:
        with pytest.raises(BadAnswer):
            await driver.pages()


def test_the_adapter_of_a_file_is_one_that_the_kit_takes(tmp_path: Path) -> None:
    adapter = described(tmp_path)

    harness = Harness(adapter=adapter, vendor=lambda _: pytest.fail("not made"))

    assert harness.adapter.vendor == "made_up"
    assert DeclarativeAdapter.vendor == "declarative", "others are left as they are"


def test_a_file_that_is_wrong_is_told_about(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        described(tmp_path, list={})
