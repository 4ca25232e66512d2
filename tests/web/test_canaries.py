"""Credentials and vendors' own words: in no answer, no header and no line of the log."""

import base64
import json
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from gateway.config import AuthSettings, BackendSettings, ServerSettings
from gateway.config.settings import Action
from gateway.spi import Operation
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.support.wires import Peer, RpcPeer, Script, Talk, Visit, reply
from tests.web.test_headers import raw
from tests.web.writing import key

CANARY = "canary"
BASIC = base64.b64encode(b"team:canary-samba").decode()
SPOKEN = (CANARY, BASIC, base64.b64encode(b"watcher:canary-canopsis").decode())
KEY = f"{CANARY}-reader"

ADAPTERS: dict[str, Callable[[str], tuple[str, dict[str, object]]]] = {
    "museum": lambda url: ("roundware", {"url": f"{url}/api/2", "token": "canary-museum"}),
    "samba": lambda url: (
        "digital_samba",
        {"url": f"{url}/api/v1", "team_id": "team", "developer_key": "canary-samba"},
    ),
    "bearer": lambda url: (
        "digital_samba",
        {"url": f"{url}/api/v1", "developer_key": "canary-samba"},
    ),
    "office": lambda url: ("ekran", {"url": f"{url}/ekranapi", "api_key": "canary-office"}),
    "monitoring": lambda url: ("canopsis", {"url": url, "auth_key": "canary-canopsis"}),
    "watched": lambda url: (
        "canopsis",
        {"url": url, "auth_key": "canary-canopsis", "username": "watcher"},
    ),
    "password": lambda url: (
        "canopsis",
        {"url": url, "username": "watcher", "password": "canary-canopsis"},
    ),
}
_APPLICATION = {"client_id": "canary-id", "client_secret": "canary-secret"}
_ACCOUNT = {"username": "canary-user", "password": "canary-password"}
OPERATIONS = {
    "roundware": (Operation.CREATE,),
    "digital_samba": (Operation.END,),
    "ekran": (),
    "canopsis": (Operation.CREATE, Operation.KEEPALIVE),
    "cortex": (Operation.CREATE, Operation.END),
}


def saying(status: str, kind: str = "text/html") -> Script:
    """Answer with all that was asked, in the body, in headers and as the reason."""

    async def script(visit: Visit) -> None:
        while True:
            asked = await visit.request()
            line = "canary " + asked.decode("latin-1").replace("\r\n", " ")
            told = json.dumps({"error": line, "message": line, "description": line})
            body = told if "json" in kind else f"<html><pre>{line}</pre></html>"
            headers = [f"Content-Type: {kind}", f"X-Debug: {line}", f"WWW-Authenticate: {line}"]
            headers += [f"Location: http://127.0.0.1:9/{CANARY}?authkey={CANARY}"]
            headers += [f"Set-Cookie: {CANARY}={CANARY}", f"Retry-After: {CANARY}"]
            await visit.send(reply(body.encode(), *headers, status=f"{status} {line}"))

    return script


def sending(data: bytes) -> Script:
    """Answer with these bytes and hang up."""

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(data)

    return script


async def resetting(visit: Visit) -> None:
    """Take a request and break off."""
    await visit.request()
    visit.reset()


FAULTS: dict[str, Script] = {
    "401": saying("401"),
    "401 in JSON": saying("401", "application/json"),
    "403": saying("403"),
    "404": saying("404"),
    "422": saying("422", "application/json"),
    "429": saying("429"),
    "500": saying("500"),
    "503": saying("503", "application/json"),
    "302": saying("302"),
    "a page": saying("200"),
    "another envelope": saying("200", "application/json"),
    "reset": resetting,
    "junk": sending(b"canary junk\r\n\r\n"),
    "a bad header": sending(b"HTTP/1.1 200 OK\r\nContent-Length: canary\r\n\r\ncanary"),
    "half a body": sending(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"canary": "canary'),
    "no gzip": sending(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\ncanary canary canary"),
    "no UTF-8": sending(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n["canary\xff"]'),
}


@dataclass
class Heard:
    """All that came out of the gateway."""

    texts: list[str]

    def leaks(self, words: Collection[str] = SPOKEN) -> list[str]:
        """Give what holds a secret, or a vendor's own words."""
        return [text for text in self.texts if any(word in text for word in words)]


@asynccontextmanager
async def gateway_over(
    name: str, adapter: str, options: Mapping[str, object], deadline_s: float = 2
) -> AsyncIterator[Heard]:
    """Run a gateway over one backend, ask it all there is to ask, and give what it said."""
    configured: BackendSettings = backend(
        adapter, options, name=name, operations=OPERATIONS[adapter]
    )
    # The name of a key is no secret.
    mine = key(KEY, Action.READ, Action.WRITE).model_copy(update={"name": "me"})
    auth, server = AuthSettings(keys=(mine,)), ServerSettings(port=0, deadline_s=deadline_s)
    async with running(settings_for(configured, server=server, auth=auth)) as gateway:
        yield Heard([text async for text in everything(gateway, name)])


async def everything(gateway: Gateway, name: str) -> AsyncIterator[str]:
    """Ask all there is to ask, and give all that comes back."""
    reads = ("/v1/sessions", "/v1/sessions?sort=user&count=exact&include=raw",
             "/v1/sessions/summary?by=status", f"/v1/sessions/{name}:7", "/v1/backends",
             f"/v1/backends/{name}", "/v1/sessions?explain=true", "/readyz",
             "/metrics")  # fmt: skip
    calls: list[tuple[str, str, str, str | None]]
    calls = [("GET", path, "application/json", None) for path in reads]
    calls += [("GET", reads[0], kind, None) for kind in ("application/x-ndjson", "text/csv")]
    new = {"backend": name, "space": {"id": "7"}, "device": {"id": "7"}}
    calls += [("POST", reads[0], "application/json", json.dumps(body))
              for body in ({"backend": name}, new, {"backend": name, "device": {"id": "7"}},
                           {"backend": name, "space": {"id": "7"}})]  # fmt: skip
    calls += [("POST", f"/v1/sessions/{name}:7/{each}", "application/json", "{}")
              for each in ("keepalive", "end")]  # fmt: skip
    for method, path, kind, body in calls:
        for secret in (KEY, f"{CANARY}-of-nobody"):
            headers = {"X-API-Key": secret, "Accept": kind, "Content-Type": "application/json"}
            headers["Cookie"] = f"{CANARY}={CANARY}"
            async with gateway.client.request(
                method, gateway.address + path, headers=headers, data=body
            ) as answer:
                yield f"{answer.status} {answer.raw_headers!r} {await answer.text()}"
    bad = f"GET /{CANARY} HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n{CANARY}\r\n\r\n"
    yield str(await raw(gateway, bad.encode()))


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.NOTSET)
    for name in ("aiohttp", "aiohttp.server", "aiohttp.client", "asyncio", "gateway"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def of_gateway(log: pytest.LogCaptureFixture) -> list[str]:
    """Give the lines that ``serve`` writes: it has the library's server say nothing."""
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    return [
        formatter.format(each)
        for each in log.records
        if each.name != "aiohttp.server" or each.levelno >= logging.CRITICAL
    ]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ADAPTERS)
async def test_nothing_secret_is_told_whatever_a_vendor_says(
    name: str, fault: str, log: pytest.LogCaptureFixture
) -> None:
    async with Peer(FAULTS[fault]) as vendor:
        adapter, options = ADAPTERS[name](vendor.url)
        async with gateway_over(name, adapter, options) as heard:
            assert heard.leaks() == []

    assert Heard(of_gateway(log)).leaks() == []
    assert of_gateway(log)


@pytest.mark.parametrize("name", ADAPTERS)
async def test_what_is_looked_for_is_what_vendors_are_sent(name: str) -> None:
    async with Peer(FAULTS["401"]) as vendor:
        adapter, options = ADAPTERS[name](vendor.url)
        async with gateway_over(name, adapter, options):
            sent = b" ".join(vendor.requests).decode("latin-1")

    assert Heard([sent]).leaks()


CORTEX: dict[str, dict[str, object]] = {
    "v1": {**_APPLICATION, **_ACCOUNT},
    "v2": dict(_APPLICATION),
}


@pytest.mark.parametrize("dialect", CORTEX)
@pytest.mark.parametrize("is_json", [True, False])
async def test_nothing_secret_is_told_whatever_cortex_says(
    dialect: str, is_json: bool, log: pytest.LogCaptureFixture
) -> None:
    sent: list[str] = []

    async def repeating(talk: Talk) -> None:
        async for message in talk.websocket:
            call = json.loads(message.data)
            sent.append(message.data)
            line = f"{CANARY} {message.data}"
            if call["method"] == "getUserLogin":
                await talk.answer(call, [] if dialect == "v1" else [{"username": "x"}])
            elif is_json:
                error = {"code": -32600, "message": line, "data": line}
                await talk.tell({"jsonrpc": "2.0", "id": call["id"], "error": error})
            else:
                await talk.tell(line)

    async with RpcPeer(repeating) as vendor:
        options = {"url": vendor.url, "dialect": dialect, **CORTEX[dialect]}
        async with gateway_over("lab", "cortex", options, deadline_s=0.2) as heard:
            assert heard.leaks() == []

    assert Heard(of_gateway(log)).leaks() == []
    assert CANARY in " ".join(sent)


@pytest.mark.parametrize("fault", FAULTS)
async def test_nothing_secret_is_told_where_cortex_lets_nobody_in(
    fault: str, log: pytest.LogCaptureFixture
) -> None:
    async with Peer(FAULTS[fault]) as vendor:
        options = {"url": vendor.url.replace("http", "ws"), "dialect": "v2", **_APPLICATION}
        async with gateway_over("lab", "cortex", options) as heard:
            assert heard.leaks() == []

    assert Heard(of_gateway(log)).leaks() == []
