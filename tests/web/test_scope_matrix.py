"""Every route, for every kind of key and of backend: the table is whole, and so are the answers.

A route that has no row here fails. What keys that hide fields are told is in ``test_scopes.py``
and, field by field, at the end.
"""

import csv
import hashlib
import io
import itertools
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from yarl import URL

from gateway.config import AuthSettings, BackendSettings, KeySettings
from gateway.config.settings import Action
from gateway.spi import Operation
from gateway.spi.abilities import HIDEABLE
from gateway.web.routes import routes
from tests.support.adapters import NOON
from tests.support.clinic import PERSON, clinic, install_clinic
from tests.support.gateway import Gateway, backend, running, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN, FOREIGN, UNKNOWN, OFF, FOREIGN_OFF = "own", "foreign", "unknown", "off", "foreign-off"
BACKENDS = (OWN, FOREIGN, UNKNOWN, OFF, FOREIGN_OFF)
MINE = (OWN, OFF)
OPERATIONS = (Operation.CREATE, Operation.KEEPALIVE, Operation.END)
READ, WRITE, ADMIN = Action.READ, Action.WRITE, Action.ADMIN


@dataclass(frozen=True)
class Row:
    """What a route needs, and how it answers of a backend of the caller's own, off, and of none.

    ``actions`` are those of which one is needed, none where no key is.
    """

    path: str
    actions: frozenset[Action] = frozenset()
    status: int = 200
    off: int = 404
    absent: int = 404
    body: bool = False
    accepts: tuple[str, ...] = ("application/json",)


READERS, WRITERS = frozenset({READ}), frozenset({WRITE})
WATCHERS = frozenset({READ, ADMIN})
ALL_FORMATS = ("application/json", "application/x-ndjson", "text/csv")
ID = "/v1/sessions/{id}"

ROWS = {
    ("GET", "/v1/sessions"): Row(
        "/v1/sessions?backend={0}", READERS, off=502, absent=400, accepts=ALL_FORMATS
    ),
    ("GET", "/v1/sessions/summary"): Row(
        "/v1/sessions/summary?by=status&backend={0}", READERS, off=502, absent=400
    ),
    ("GET", ID): Row("/v1/sessions/{0}:1", READERS),
    ("POST", "/v1/sessions"): Row(
        "/v1/sessions", WRITERS, status=201, off=403, absent=400, body=True
    ),
    ("POST", f"{ID}/keepalive"): Row("/v1/sessions/{0}:1/keepalive", WRITERS),
    ("POST", f"{ID}/hide"): Row("/v1/sessions/{0}:1/hide", WRITERS, status=501),
    ("POST", f"{ID}/end"): Row("/v1/sessions/{0}:1/end", WRITERS),
    ("GET", "/v1/backends"): Row("/v1/backends", WATCHERS, off=200, absent=200),
    ("GET", "/v1/backends/{name}"): Row("/v1/backends/{0}", WATCHERS),
    ("GET", "/problems/{code}"): Row("/problems/timeout"),
    ("GET", "/openapi.json"): Row("/openapi.json"),
    ("GET", "/docs"): Row("/docs", accepts=("text/html",)),
    ("GET", "/healthz"): Row("/healthz"),
    ("GET", "/readyz"): Row("/readyz"),
}

# Keys by name: what each may do, or nothing where it is no key that is good.
KEYS: dict[str, frozenset[Action]] = {
    "none": frozenset(),
    "unknown": frozenset(),
    "expired": frozenset(),
    "reader": READERS,
    "writer": WRITERS,
    "admin": frozenset({ADMIN}),
    "all": frozenset(Action),
    "hiding": frozenset({READ, WRITE}),
}
NOBODY = ("none", "unknown", "expired")


def settings_of(name: str) -> KeySettings:
    return KeySettings(
        name=name,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        backends=MINE,
        actions=tuple(KEYS[name] or Action),
        expires=NOON - timedelta(days=1) if name == "expired" else None,
        redact=("user", "attributes.mail") if name == "hiding" else (),
    )


def part(name: str, url: str, *marked: str) -> BackendSettings:
    """Configure a part of the clinic, where this is personal."""
    options = {"url": url, "marked": marked}
    is_on = name not in (OFF, FOREIGN_OFF)
    return backend("clinic", options, name=name, operations=OPERATIONS, enabled=is_on)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    with pytest.MonkeyPatch.context() as patch:
        install_clinic(tmp_path_factory.mktemp("clinic"), patch)
        async with clinic() as url:
            configured = settings_for(
                *(part(name, url) for name in (OWN, FOREIGN, OFF, FOREIGN_OFF)),
                *(part(name_of(field), url, field) for field in FIELDS),
                auth=AuthSettings(
                    keys=(
                        *(settings_of(name) for name in KEYS if name not in ("none", "unknown")),
                        *(personal_key(field) for field in FIELDS),
                    )
                ),
            )
            # Nobody is told to wait: between any two calls there is time enough.
            async with running(configured, timer=itertools.count(0.0, 60.0).__next__) as gateway:
                yield gateway


async def test_every_route_has_a_row() -> None:
    served = {
        (route.method, re.sub(r":[^}]*}", "}", route.path))
        for route in routes()
        if isinstance(route, web.RouteDef)
    }

    assert served == ROWS.keys()


def expected(row: Row, key: str, name: str) -> int:
    """Say how a route answers a key of a backend."""
    if not row.actions:
        return row.status
    if key in NOBODY:
        return 401
    if not row.actions & KEYS[key]:
        return 403
    if name == OWN:
        return row.status
    return row.off if name == OFF else row.absent


@dataclass(frozen=True)
class Told:
    """One answer, whatever it is."""

    status: int
    headers: Any
    text: str

    @property
    def code(self) -> str:
        document: dict[str, Any] = json.loads(self.text)
        return str(document["code"])

    def without_its_path(self) -> tuple[int, dict[str, Any]]:
        """Give the answer but for the path that was called."""
        document: dict[str, Any] = json.loads(self.text)
        document.pop("instance", None)
        return self.status, document


@dataclass(frozen=True)
class Ask:
    """What is asked for, with which key, of which backend, and how it is to be written."""

    row: Row
    key: str
    name: str = OWN
    accept: str = "*/*"
    query: str = ""


async def call(gateway: Gateway, method: str, ask: Ask) -> Told:
    headers = {"Accept": ask.accept}
    if ask.key != "none":
        headers["X-API-Key"] = ask.key
    data = None
    if ask.row.body:
        headers["Content-Type"] = "application/json"
        data = json.dumps({"backend": ask.name, "title": "t"})
    url = URL(gateway.address + ask.row.path.format(ask.name) + ask.query, encoded=True)
    async with gateway.client.request(method, url, headers=headers, data=data) as answer:
        return Told(answer.status, answer.headers, await answer.text())


CASES = [(row, key) for row in ROWS for key in KEYS]


@pytest.mark.parametrize(("route", "key"), CASES, ids=str)
async def test_every_route_answers_every_key_of_every_backend_as_the_table_says(
    gateway: Gateway, route: tuple[str, str], key: str
) -> None:
    method, row = route[0], ROWS[route]
    for name in BACKENDS:
        for accept in row.accepts:
            told = await call(gateway, method, Ask(row, key, name, accept))

            status = expected(row, key, name)
            assert told.status == status, (name, accept, told.text)
            if status in (401, 403) and name == OWN:
                assert told.code == {401: "unauthorized", 403: "forbidden"}[status]
            if FOREIGN not in row.path.format(name):
                assert FOREIGN not in told.text, "what is not theirs is not named"


@pytest.mark.parametrize(("route", "key"), CASES, ids=str)
async def test_what_is_not_theirs_is_answered_as_what_does_not_exist(
    gateway: Gateway, route: tuple[str, str], key: str
) -> None:
    method, row = route[0], ROWS[route]
    if "text/html" in row.accepts:
        return
    answers = [
        (await call(gateway, method, Ask(row, key, name, "application/json"))).without_its_path()
        for name in (UNKNOWN, FOREIGN, FOREIGN_OFF)
    ]

    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(("route", "key"), CASES, ids=str)
async def test_head_is_answered_as_get_is_and_options_and_others_without_a_key(
    gateway: Gateway, route: tuple[str, str], key: str
) -> None:
    method, row = route[0], ROWS[route]
    methods = {each for each, path in ROWS if path == route[1]}
    methods |= {"HEAD"} if "GET" in methods else set()
    if method == "GET":
        for name in BACKENDS:
            for accept in row.accepts:
                head = await call(gateway, "HEAD", Ask(row, key, name, accept))
                assert (head.status, head.text) == (expected(row, key, name), "")

    options = await call(gateway, "OPTIONS", Ask(row, key))
    assert options.status == 204
    assert set(options.headers["Allow"].split(", ")) == {*methods, "OPTIONS"}
    for other in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods:
        refused = await call(gateway, other, Ask(row, key))
        assert refused.status == 405, other


# What hides each field whole where the adapter marks it as personal; one attribute besides.
FIELDS = sorted(HIDEABLE | {"attributes.mail"})
FILTERS = {
    "user": "user",
    "device": "device",
    "client": "client",
    "space": "space",
    "language": "language",
    "tags": "tag",
    "native_status": "native_status",
    "attributes": "attributes.birth",
    "attributes.mail": "attributes.mail",
}
SORTS, GROUPINGS = ("user", "title"), ("user", "space", "language", "client", "device")


def name_of(field: str) -> str:
    return "marks-" + field.replace("_", "-").replace(".", "-")


def personal_key(field: str) -> KeySettings:
    return KeySettings(
        name=field,
        sha256=hashlib.sha256(f"hides {field}".encode()).hexdigest(),
        backends=(name_of(field),),
        actions=(READ, WRITE),
        redact=("personal",),
    )


def texts_of(field: str) -> set[str]:
    """Find every text of the person that a field holds."""
    value: Any = PERSON
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return set(re.findall(r"canary-[a-z-]+", json.dumps(value)))


def sessions_in(told: Told, accept: str) -> Iterator[str]:
    """Give every session of an answer as text."""
    if accept == "text/csv":
        yield from (json.dumps(row) for row in csv.DictReader(io.StringIO(told.text, newline="")))
        return
    if accept == "application/x-ndjson":
        yield from told.text.splitlines()[:-1]
        return
    data = json.loads(told.text)["data"]
    yield from (json.dumps(each) for each in (data if isinstance(data, list) else [data]))


@pytest.mark.parametrize("field", FIELDS)
async def test_every_field_that_may_be_hidden_is_told_by_no_route(
    gateway: Gateway, field: str
) -> None:
    origin = {"canary-user-origin"} if field == "user" else set()
    hidden = texts_of(field) | origin
    shown = set(re.findall(r"canary-[a-z-]+", json.dumps(PERSON))) - hidden
    seen = 0
    for (method, _), row in ROWS.items():
        is_of_sessions = row.path.startswith("/v1/sessions") and "summary" not in row.path
        if not is_of_sessions or row.status not in (200, 201):
            continue
        for accept in row.accepts:
            told = await call(gateway, method, Ask(row, f"hides {field}", name_of(field), accept))
            assert told.status == row.status, told.text
            for session in sessions_in(told, accept):
                found = set(re.findall(r"canary-[a-z-]+", session))
                assert (found & hidden, found) == (set(), shown), (method, row.path, accept)
                seen += 1

    assert seen >= 16, "five sessions in each of three formats, and one by one"


@pytest.mark.parametrize("field", FIELDS)
async def test_no_route_can_be_asked_by_a_field_that_is_hidden(
    gateway: Gateway, field: str
) -> None:
    queries = [f"&{FILTERS[field]}=x"] if field in FILTERS else []
    queries += [f"&sort={field}"] if field in SORTS else []
    lists, summaries = ROWS["GET", "/v1/sessions"], ROWS["GET", "/v1/sessions/summary"]
    asked = [(row, query) for row in (lists, summaries) for query in queries if "sort" not in query]
    asked += [(lists, query) for query in queries if "sort" in query]
    if field in GROUPINGS:
        asked.append((Row(f"/v1/sessions/summary?backend={{0}}&by={field}"), ""))

    for row, query in asked:
        told = await call(gateway, "GET", Ask(row, f"hides {field}", name_of(field), query=query))
        assert (told.status, told.code) == (400, "hidden_field"), query
    raw = await call(
        gateway, "GET", Ask(lists, f"hides {field}", name_of(field), query="&include=raw")
    )

    assert (raw.status, raw.code) == (403, "forbidden")
    assert asked or field == "participants"
