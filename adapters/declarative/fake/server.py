"""A fake vendor on a loopback port: HTTP, JSON-RPC over HTTP, or JSON-RPC over a WebSocket."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import assert_never
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from adapters.declarative.fake.answers import Answer
from adapters.declarative.fake.handshake import Guest
from adapters.declarative.fake.meaning import Held
from adapters.declarative.fake.reach import Reach
from adapters.declarative.fake.received import Received
from adapters.declarative.fake.vendor import Vendor
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.transport import (
    JsonRpcHttpTransport,
    JsonRpcWsTransport,
    RestTransport,
)
from gateway.spi import Json

_HOST = "127.0.0.1"
_BAD_PARAMETERS = -32602
_BAD_REQUEST = Answer({"error": "bad request"}, 400)


class GeneratedVendor:
    """A vendor of so many made-up sessions, as its file describes it.

    The file has to be :func:`~adapters.declarative.fake.reach.reachable`. ``options`` are those of
    the file but the address, which ``start`` gives. A page has ``largest`` rows at most.
    """

    def __init__(
        self,
        spec: Spec,
        options: Mapping[str, str],
        rows: int,
        clock: Callable[[], datetime],
        *,
        largest: int | None = None,
    ) -> None:
        self.vendor = Vendor(spec, options, rows, clock, largest)
        self._spec = spec
        self._options = options
        self._reach = Reach.of(spec)
        self._root = self._reach.root(options)
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen on a free port, and give the address."""
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, _HOST, 0).start()
        return f"http://{_HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening and drop all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def options(self, address: str) -> Mapping[str, object]:
        """Give the options with which an adapter reaches it at that address."""
        return {**self._options, **self._reach.options(address)}

    def held(self) -> Collection[Held]:
        """Give every session."""
        return self.vendor.sessions.all()

    def insert(self) -> None:
        """Hold one more."""
        self.vendor.sessions.insert()

    def delete(self, native_id: str) -> None:
        """Hold one less."""
        self.vendor.sessions.delete(native_id)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        transport = self._spec.transport
        match transport:
            case RestTransport():
                return _response(await self._rest(request))
            case JsonRpcHttpTransport():
                return await self._rpc(request, transport)
            case JsonRpcWsTransport():
                return await self._talk(request)
            case _:
                assert_never(transport)

    async def _rest(self, request: web.Request) -> Answer:
        received = await self._received(request)
        return _BAD_REQUEST if received is None else self.vendor.answer(received)

    async def _rpc(self, request: web.Request, transport: JsonRpcHttpTransport) -> web.Response:
        received = await self._received(request)
        if received is None or request.method != "POST" or not isinstance(received.tree, dict):
            return _response(_BAD_REQUEST)
        if received.path != transport.path:
            return _response(Answer({"error": "no such path"}, 404))
        call = received.tree
        answer = self.vendor.answer(_called(call, received))
        if answer.status != web.HTTPOk.status_code:
            return _response(answer)
        return _response(Answer(_frame(call, answer), headers=answer.headers))

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        """Answer calls one at a time, in the order they come."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        guest = Guest(self._spec, self._options)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                call = json.loads(message.data)
                await socket.send_json(_frame(call, self._reply(guest, call)))
        return socket

    def _reply(self, guest: Guest, call: dict[str, Json]) -> Answer:
        received = _called(call, Received(""))
        try:
            welcome = guest.greet(received)
        except ValueError:
            return self.vendor.refuse("auth_failed", "log_in")
        if welcome is not None:
            return welcome
        if not guest.is_in:
            return self.vendor.refuse("auth_failed", "list")
        return self.vendor.answer(received)

    async def _received(self, request: web.Request) -> Received | None:
        """Read a request; none if its body cannot be read, or it is for another address."""
        path, _, query = request.raw_path.partition("?")
        body = await request.read()
        try:
            tree = _tree(body, request.content_type)
        except ValueError:
            return None
        if not path.startswith(self._root):
            return None
        return Received(
            request.method,
            path.removeprefix(self._root),
            self._root,
            tuple(parse_qsl(query, keep_blank_values=True)),
            {name.lower(): value for name, value in request.headers.items()},
            tree,
        )


def _tree(body: bytes, content_type: str) -> Json:
    if not body:
        return None
    if content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)


def _called(call: dict[str, Json], received: Received) -> Received:
    """Give the call that stands in a frame, with the headers it came with."""
    params = call.get("params")
    return Received(
        str(call.get("method")), query=received.query, headers=received.headers, tree=params
    )


def _frame(call: dict[str, Json], answer: Answer) -> Json:
    """Make the envelope of an answer: what is planted in one begins with ``result``."""
    frame = {"jsonrpc": "2.0", "id": call.get("id")}
    told = answer.body if isinstance(answer.body, dict) else {"result": answer.body}
    if answer.rpc_code is None:
        return {**frame, "result": None, **told}
    error = told.get("error")
    details = error if isinstance(error, dict) else {}
    return {**frame, "error": {"message": "made up", **details, "code": answer.rpc_code}}


def _response(answer: Answer) -> web.Response:
    if answer.body is None and answer.status == web.HTTPNoContent.status_code:
        return web.Response(status=answer.status)
    text = json.dumps(answer.body, ensure_ascii=False)
    return web.json_response(text=text, status=answer.status, headers=answer.headers)
