"""What is personal in the records of all five vendors, and hidden from who may not see it."""

import base64
import binascii
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from gateway.config import AuthSettings, KeySettings
from gateway.model.session import Session
from gateway.spi import Abilities, Mapped, SessionAdapter
from gateway.spi.registry import load_adapter
from gateway.web.redaction import Redaction
from tests.support.adapters import provenance
from tests.support.gateway import Gateway, Vendors, all_vendors, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

VENDORS = ("canopsis", "cortex", "digital-samba", "ekran", "roundware")
CANARY = "canary-5e4d"
OPEN, BOUND = {"X-API-Key": "open"}, {"X-API-Key": "bound"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(rows=60) as vendors:
        yield vendors


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(vendors: Vendors) -> AsyncIterator[Gateway]:
    keys = tuple(
        KeySettings(name=text, sha256=hashlib.sha256(text.encode()).hexdigest(), redact=redact)
        for text, redact in (("open", ()), ("bound", ("personal",)))
    )
    async with running(vendors.settings(auth=AuthSettings(keys=keys))) as gateway:
        yield gateway


def adapter(vendors: Vendors, name: str) -> SessionAdapter[Any]:
    """Build the adapter of a backend."""
    settings = vendors.backends[name]
    return load_adapter(settings.adapter)(settings.options)


def texts(value: object) -> Iterator[str]:
    """Give every text in a value, and what those say that are base64."""
    match value:
        case str():
            yield value
            yield from _decoded(value)
        case dict():
            for name, each in value.items():
                yield from (name, *texts(each))
        case list():
            for each in value:
                yield from texts(each)


def _decoded(text: str) -> Iterator[str]:
    try:
        yield base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return


@pytest.mark.parametrize("name", VENDORS)
async def test_nobody_is_found_in_what_a_bound_key_is_told(gateway: Gateway, name: str) -> None:
    whole = await gateway.get("/v1/sessions", headers=OPEN, backend=name, limit=1000)
    bound = await gateway.get("/v1/sessions", headers=BOUND, backend=name, limit=1000)

    assert len(whole.body["data"]) >= 30
    assert bound.ids == whole.ids
    people = 0
    for before, after in zip(whole.body["data"], bound.body["data"], strict=True):
        named = [
            text
            for field in ("user", "device")
            for text in (before[field] or {}).values()
            if text is not None
        ]
        people += bool(named)
        assert not [(text, each) for text in named for each in texts(after) if text in each]
    assert bool(people) is (name != "digital-samba")


@pytest.mark.parametrize("name", VENDORS)
async def test_what_is_not_personal_is_told_to_a_bound_key_too(
    gateway: Gateway, vendors: Vendors, name: str
) -> None:
    personal = {each.split(".")[0] for each in adapter(vendors, name).abilities().personal}
    whole = await gateway.get("/v1/sessions", headers=OPEN, backend=name, limit=1000)
    bound = await gateway.get("/v1/sessions", headers=BOUND, backend=name, limit=1000)

    for before, after in zip(whole.body["data"], bound.body["data"], strict=True):
        told = before.keys() - personal - {"attributes"}
        assert {field: after[field] for field in told} == {field: before[field] for field in told}


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("field", ["user", "device", "title", "client", "space"])
async def test_a_field_is_hidden_with_all_that_the_vendor_tells_it_by(
    gateway: Gateway, vendors: Vendors, name: str, field: str
) -> None:
    """Plant a canary in every field of a record, to be read and then not to be read."""
    asked = await gateway.get("/v1/sessions", headers=OPEN, backend=name, include="raw", limit=1000)
    reads = adapter(vendors, name)
    hiding = Redaction.of(["personal"], {"here": _marking(reads, field)})
    shapes = {tuple(sorted(row["raw"])): row["raw"] for row in asked.body["data"]}

    for record in shapes.values():
        for origin in record:
            if CANARY in _told(_mapped(reads, record | {origin: CANARY}), field):
                unreadable = _mapped(reads, record | {origin: [CANARY]})
                assert CANARY in json.dumps(_document(unreadable))
                assert CANARY not in json.dumps(_document(hiding.redacted(unreadable))), origin


def _marking(reads: SessionAdapter[Any], field: str) -> Abilities:
    return replace(reads.abilities(), personal=frozenset({field}))


def _mapped(reads: SessionAdapter[Any], record: dict[str, Any]) -> Session:
    raw = msgspec.Raw(json.dumps(record).encode())
    mapped = reads.normalise(raw, provenance(reads.vendor))
    assert isinstance(mapped, Mapped), mapped
    return mapped.session


def _document(session: Session) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(msgspec.json.encode(session))
    return document


def _told(session: Session, field: str) -> str:
    return json.dumps(_document(session)[field])
