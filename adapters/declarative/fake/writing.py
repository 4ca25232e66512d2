"""How a fake vendor carries out a write."""

from collections.abc import Mapping

from adapters.declarative.fake.answers import Answer, RefusedError
from adapters.declarative.fake.holding import Sessions
from adapters.declarative.fake.meaning import Held
from adapters.declarative.fake.planting import planted
from adapters.declarative.fake.received import Filled
from adapters.declarative.language.calls import WriteCall, WrittenField
from adapters.declarative.language.outcomes import CallName
from gateway.spi import Json

_NO_CONTENT = 204
_OK = 200
_KINDS = {"text": str, "whole_number": int, "boolean": bool}


def carried_out(name: CallName, call: WriteCall, asked: Filled, sessions: Sessions) -> Answer:
    """Do what was asked for, and answer.

    Raises :class:`RefusedError` for a session that there is not, and for wrong fields.
    """
    changes = {
        name: value
        for name, field in call.fields.items()
        if (value := _value(field, asked)) is not None
    }
    held = _done(name, asked, sessions, changes)
    status = call.new_if_status if name == "create" else None
    if call.record is None:
        return Answer(None, status or _NO_CONTENT)
    return Answer(planted(call.record, held.record, None), status or _OK)


def _done(name: CallName, asked: Filled, sessions: Sessions, changes: Mapping[str, Json]) -> Held:
    if name == "create":
        return sessions.create(changes)
    held = sessions.find(asked.names.get("native_id"))
    if held is None:
        raise RefusedError("not_found")
    match name:
        case "end":
            return sessions.end(held)
        case "keepalive":
            return sessions.touch(held)
        case _:
            return held


def _value(field: WrittenField, asked: Filled) -> Json:
    """Give what was sent for a field; numbers and truths stand in a query as texts."""
    values = asked.values(field.send)
    if not values:
        if field.required:
            raise RefusedError("invalid_field")
        return None
    (value,) = values
    if field.send.is_json and (type(value) is not _KINDS[field.kind]):
        raise RefusedError("invalid_field")
    return value
