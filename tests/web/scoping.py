"""The table of routes, keys and parts of a clinic that scopes are tried on, and ways to ask."""

import hashlib
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from gateway.config import AuthSettings, BackendSettings, KeySettings
from gateway.config.settings import Action
from gateway.spi import Operation
from gateway.spi.abilities import HIDEABLE
from tests.support.adapters import NOON
from tests.support.clinic import clinic, install_clinic
from tests.support.gateway import Gateway, backend, running, settings_for

OWN, FOREIGN, UNKNOWN, OFF, FOREIGN_OFF = "own", "foreign", "unknown", "off", "foreign-off"
BACKENDS = (OWN, FOREIGN, UNKNOWN, OFF, FOREIGN_OFF)
MINE = (OWN, OFF)
OPERATIONS = (Operation.CREATE, Operation.KEEPALIVE, Operation.END)
READ, WRITE, ADMIN = Action.READ, Action.WRITE, Action.ADMIN


@dataclass(frozen=True)
class Row:
    """What a route needs, and how it answers of a backend of the caller's own, off, and of none.

    ``actions`` are those of which one is needed, none where no key is on this machine. One that
    ``names_all`` names backends of others to whoever may call it.
    """

    path: str
    actions: frozenset[Action] = frozenset()
    status: int = 200
    off: int = 404
    absent: int = 404
    body: bool = False
    accepts: tuple[str, ...] = ("application/json",)
    names_all: bool = False


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
    ("POST", "/v1/backends/{name}/refresh"): Row("/v1/backends/{0}/refresh", frozenset({ADMIN})),
    ("GET", "/"): Row("/", accepts=("text/html",)),
    ("GET", "/page/{folder}/{file}"): Row("/page/parts/main.mjs", accepts=("text/javascript",)),
    ("GET", "/problems/{code}"): Row("/problems/timeout"),
    ("GET", "/openapi.json"): Row("/openapi.json"),
    ("GET", "/docs"): Row("/docs", accepts=("text/html",)),
    ("GET", "/healthz"): Row("/healthz"),
    ("GET", "/readyz"): Row("/readyz"),
    ("GET", "/metrics"): Row("/metrics", accepts=("text/plain",), names_all=True),
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


# What hides each field whole where the adapter marks it as personal; one attribute besides.
FIELDS = sorted(HIDEABLE | {"attributes.mail"})


@asynccontextmanager
async def scoped(folder: Path) -> AsyncIterator[Gateway]:
    """Run a gateway over all parts, for all keys."""
    with pytest.MonkeyPatch.context() as patch:
        install_clinic(folder, patch)
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
