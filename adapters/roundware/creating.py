"""What a new Roundware session may be told, and what the server makes of it.

Sources: "sessions/", POST, and ``tests/recordings/roundware/post_*.json``. The server also takes a
stop time, which no document tells and no client sends: a session that begins has none.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeAlias

import msgspec

from adapters.roundware.clients import is_version, system_of
from gateway.spi import Done, FieldKind, HttpReply, Refusal, Refused, WriteField, WriteOutcome

Fields: TypeAlias = Mapping[str, str | int | bool | None]

_BOOLEAN = WriteField(FieldKind.BOOLEAN)

FIELDS = {
    "space.id": WriteField(is_required=True),
    "client.name": WriteField(),
    "client.version": WriteField(),
    "language": WriteField(),
    "attributes.client_system": WriteField(),
    "attributes.demo_stream_enabled": _BOOLEAN,
    "attributes.geo_listen_enabled": _BOOLEAN,
    "attributes.language_id": WriteField(FieldKind.WHOLE_NUMBER),
    "attributes.timezone": WriteField(),
}

# What the server calls the fields it finds fault with (post_many_errors_400.json and others): the
# names of its own model.
_AT_FAULT = {
    "project": ("space.id",),
    "client_type": ("client.name",),
    "client_system": ("client.version", "attributes.client_system"),
    "language": ("language", "attributes.language_id"),
    "demo_stream_enabled": ("attributes.demo_stream_enabled",),
    "geo_listen_enabled": ("attributes.geo_listen_enabled",),
    "timezone": ("attributes.timezone",),
}

_PROJECT = re.compile("[1-9][0-9]{0,9}")

LARGEST_NUMBER = 2**31 - 1
"""Of the columns that hold ids."""


class _Created(msgspec.Struct):
    id: int


_CREATED = msgspec.json.Decoder(_Created)
_FAULTS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def wrong_field(fields: Fields) -> str | None:
    """Name a field whose value the server would fail on, drop, or take for another."""
    empty = next((name for name, value in fields.items() if value == ""), None)
    project = str(fields["space.id"])
    if empty is not None:
        return empty
    if not _PROJECT.fullmatch(project) or int(project) > LARGEST_NUMBER:
        return "space.id"
    return _wrong_language(fields) or _wrong_version(fields)


def body_of(fields: Fields, language_id: int | None) -> bytes:
    """Write the body: what is null is left to the server."""
    name, version = fields.get("client.name"), fields.get("client.version")
    system = system_of(str(name), str(version)) if version is not None else None
    body = {
        "project_id": int(str(fields["space.id"])),
        "client_type": name,
        "client_system": system or fields.get("attributes.client_system"),
        # By its number: of a code that it does not know the server makes the language of number 1
        # (post_unknown_language_ok.json), an unknown number it refuses
        # (post_unknown_language_id_400.json).
        "language_id": language_id or fields.get("attributes.language_id"),
        "demo_stream_enabled": fields.get("attributes.demo_stream_enabled"),
        "geo_listen_enabled": fields.get("attributes.geo_listen_enabled"),
        "timezone": fields.get("attributes.timezone"),
    }
    return msgspec.json.encode({name: value for name, value in body.items() if value is not None})


def outcome_of(reply: HttpReply, fields: Fields) -> WriteOutcome | None:
    """Say what a reply means where it is a session, or finds fault with a field."""
    if reply.status == HTTPStatus.BAD_REQUEST:
        return _refusal(reply, fields)
    if reply.status != HTTPStatus.OK:  # Not 201: post_minimal_ok.json.
        return None
    try:
        _CREATED.decode(reply.body)
    except msgspec.DecodeError:
        return None
    return Done(msgspec.Raw(reply.body), is_new=True)


def _wrong_language(fields: Fields) -> str | None:
    """Name a number beside a code, which the server would drop, or one that fits no column."""
    number = fields.get("attributes.language_id")
    if number is None:
        return None
    fits = fields.get("language") is None and 0 < int(number) <= LARGEST_NUMBER
    return None if fits else "attributes.language_id"


def _wrong_version(fields: Fields) -> str | None:
    version = fields.get("client.version")
    if version is None:
        return None
    # Both are written to one field of the server, where a version needs a name before it.
    if fields.get("attributes.client_system") is not None:
        return "attributes.client_system"
    is_readable = fields.get("client.name") is not None and is_version(str(version))
    return None if is_readable else "client.version"


def _refusal(reply: HttpReply, fields: Fields) -> Refused | None:
    try:
        faults = _FAULTS.decode(reply.body)
    except msgspec.DecodeError:
        return None
    given = {name for name, value in fields.items() if value is not None}
    named = [name for fault in faults for name in _AT_FAULT.get(fault, ()) if name in given]
    return Refused(Refusal.INVALID_FIELD, named[0]) if named else None
