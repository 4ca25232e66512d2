"""A person who is hidden is found nowhere: in no answer, header, cursor or line of the log."""

import base64
import hashlib
import json
import logging
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from gateway.config import AuthSettings, BackendSettings, CacheSettings, KeySettings, ServerSettings
from gateway.config.settings import Action
from gateway.spi import Operation
from tests.support.clinic import PERSON, clinic, install_clinic
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.support.wires import HOST
from tests.web.test_front_door import BAD_PARAMETERS

CANARY = "canary"

# Every field of the person, so that nothing is left to be told.
HIDING = ("user", "device", "personal", "attributes.mail", "attributes.chart")
_TOLD = {"title", "client", "space", "language", "native_status"}
NOBODY = {name: None if name in _TOLD else value for name, value in PERSON.items()}

ROUTES = [
    ("GET", "/v1/sessions"),
    ("GET", "/v1/sessions?limit=2&count=exact"),
    ("GET", "/v1/sessions?fields=user,device,attributes,inferred"),
    ("GET", "/v1/sessions?explain=true&q=canary-user-name"),
    ("GET", "/v1/sessions?q=canary-user-name"),
    ("GET", "/v1/sessions?user=canary-user-id"),
    ("GET", "/v1/sessions?sort=user"),
    ("GET", "/v1/sessions?include=raw"),
    ("GET", "/v1/sessions?native_id=1"),
    ("GET", "/v1/sessions/summary?by=status,space&bucket=1h"),
    ("GET", "/v1/sessions/summary?by=user"),
    ("GET", "/v1/sessions/ward:1"),
    ("GET", "/v1/sessions/ward:none"),
    ("GET", "/v1/backends"),
    ("GET", "/v1/backends/ward"),
    ("POST", "/v1/sessions/ward:1/keepalive"),
    ("POST", "/v1/sessions/ward:1/end"),
    ("POST", "/v1/sessions/ward:1/hide"),
    ("POST", "/v1/sessions"),
    ("DELETE", "/v1/sessions"),
    *(("GET", f"/v1/sessions?{query}") for query, _, _ in BAD_PARAMETERS),
]

BODIES: dict[str, Callable[[], web.Response]] = {
    "well": lambda: web.json_response([{"id": str(n)} | NOBODY for n in range(4)]),
    "one": lambda: web.json_response({"id": "1"} | NOBODY),
    "broken": lambda: web.json_response({"error": PERSON}, status=500),
    "refusing": lambda: web.json_response({"error": PERSON}, status=401),
    "garbled": lambda: web.Response(text=json.dumps([PERSON])[:-5]),
    "nameless": lambda: web.json_response([PERSON, {"id": "1"} | NOBODY]),
    "unreadable": lambda: web.json_response([{"id": "1"} | NOBODY | {"status": "canary-status"}]),
}


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_clinic(tmp_path, monkeypatch)


@pytest.fixture(params=sorted(BODIES))
async def vendor(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Run a vendor that tells everything of the person, whatever it is asked and how it fails."""

    async def answer(_request: web.Request) -> web.Response:
        return BODIES[request.param]()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    yield f"http://{HOST}:{runner.addresses[0][1]}"
    await runner.cleanup()


def ward(url: str) -> BackendSettings:
    operations = (Operation.CREATE, Operation.KEEPALIVE, Operation.END)
    cache = CacheSettings(ttl_s=0)
    return backend("clinic", {"url": url}, name="ward", operations=operations, cache=cache)


def keys(*redact: str) -> AuthSettings:
    digest = hashlib.sha256(b"key").hexdigest()
    actions = (Action.READ, Action.WRITE)
    return AuthSettings(
        keys=(KeySettings(name="k", sha256=digest, redact=redact, actions=actions),)
    )


async def asked(gateway: Gateway, method: str, path: str, **headers: str) -> str:
    """Call with the key, and give all that comes back."""
    given = {"X-API-Key": "key", **headers}
    body = b'{"backend": "ward", "title": "t"}' if path == "/v1/sessions" else None
    if method == "POST" and body:
        given["Content-Type"] = "application/json"
    url = gateway.address + path
    data = body if method == "POST" else None
    async with gateway.client.request(method, url, headers=given, data=data) as response:
        return f"{response.status} {dict(response.headers)} {await response.text()}"


def without_what_was_sent(answer: str, path: str) -> str:
    """Leave out what the client said itself: a plan tells the words that were searched for."""
    return answer.replace("canary-user-name", "") if "canary-user-name" in path else answer


async def test_the_hidden_person_is_in_no_answer_and_in_no_line_of_the_log(
    vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.INFO)

    async with running(settings_for(ward(vendor), auth=keys(*HIDING))) as gateway:
        told = {
            (method, path, accept): await asked(gateway, method, path, Accept=accept)
            for method, path in ROUTES
            for accept in ("application/json", "application/x-ndjson")
        }

    for (method, path, accept), answer in told.items():
        assert CANARY not in without_what_was_sent(answer, path), (method, path, accept)
    assert CANARY not in caplog.text


async def test_the_person_is_there_to_be_found_where_nothing_is_hidden() -> None:
    async with clinic() as url, running(settings_for(ward(url), auth=keys())) as gateway:
        told = await asked(gateway, "GET", "/v1/sessions")

    assert told.count(CANARY) == 5 * json.dumps(PERSON).count(CANARY)


async def test_the_hidden_person_is_in_no_cursor() -> None:
    async with clinic() as url:
        gone = backend("clinic", {"url": "http://127.0.0.1:9"}, name="gone")
        server = ServerSettings(port=0, deadline_s=5)
        configured = settings_for(ward(url), gone, auth=keys(*HIDING), server=server)
        async with running(configured) as gateway:
            told = await asked(gateway, "GET", "/v1/sessions?limit=2&sort=-started_at,backend")

    body = json.loads(told[told.rindex('{"data"') :])
    link = body["backends"]["gone"]["gap"]["link"]
    for token in (body["page"]["next"], link.rpartition("cursor=")[2]):
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        opened = zlib.decompress(sealed[33:]).decode()
        assert isinstance(json.loads(opened), list), "it can be read, so it must tell nothing"
        assert CANARY not in opened


async def test_a_cursor_ends_where_more_is_hidden_from_its_key() -> None:
    async with clinic() as url:
        cursor = {"keys": ["the key of the gateway's cursors"]}
        configured = settings_for(ward(url), auth=keys(), cursor=cursor)
        async with running(configured) as gateway:
            told = await gateway.get("/v1/sessions", headers={"X-API-Key": "key"}, limit=2)
        async with running(configured.model_copy(update={"auth": keys("user")})) as gateway:
            answer = await gateway.get(
                "/v1/sessions", headers={"X-API-Key": "key"}, cursor=told.body["page"]["next"]
            )

    assert (answer.status, answer.body["code"]) == (400, "cursor_mismatch")


async def test_what_was_read_for_one_key_is_served_to_another_without_what_is_hidden_from_it() -> (
    None
):
    both = AuthSettings(
        keys=tuple(
            KeySettings(name=text, sha256=hashlib.sha256(text.encode()).hexdigest(), redact=redact)
            for text, redact in (("open", ()), ("key", ("user",)))
        )
    )
    async with clinic() as url:
        kept = ward(url).model_copy(update={"cache": CacheSettings(ttl_s=60)})
        async with running(settings_for(kept, auth=both)) as gateway:
            answers = [
                await gateway.get("/v1/sessions", headers={"X-API-Key": each})
                for each in ("open", "key", "open")
            ]

    users = [answer.body["data"][0]["user"] for answer in answers]
    assert [answer.body["backends"]["ward"]["served_from"] for answer in answers[1:]] == [
        "cache",
        "cache",
    ]
    assert users == [PERSON["user"], None, PERSON["user"]]
