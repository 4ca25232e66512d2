"""Parse: from the parameters of a request to the question they ask, or all that is wrong."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar
from urllib.parse import unquote_to_bytes

import msgspec
from multidict import MultiMapping

from gateway.model.query import NEWEST_FIRST, AnyOf, AtOrAfter, Before, Condition, Field, Query
from gateway.model.session import Status
from gateway.web.callers import Caller
from gateway.web.problems import ParameterError, bad_parameters, not_found

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
_MAX_PARAMETERS = 50
_MAX_LIMIT_DIGITS = 9

_STATUSES = tuple(status.value for status in Status)

_REPEATABLE = ("backend", "vendor", "status", "user")
_SINGLE = ("started_after", "started_before", "limit", "cursor")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What ``GET /v1/sessions`` asks.

    ``fingerprint`` is what a cursor is bound to: the same for all pages of one walk of one
    caller, whatever the limit.
    """

    query: Query
    limit: int
    cursor: str | None
    fingerprint: str


def parse_list(
    parameters: MultiMapping[str],
    caller: Caller,
    vendors: Mapping[str, str],
    disabled: Mapping[str, str],
) -> ListRequest:
    """Read the parameters.

    ``vendors`` gives the vendor of each backend the caller may see; those that are ``disabled``
    are asked only where they are named. Raises a 400 that names everything that is wrong.
    """
    form = _Form(parameters)
    form.refuse_unknown()
    backends = form.names("backend", {*vendors, *disabled})
    asked_vendors = form.names("vendor", {*vendors.values(), *disabled.values()})
    conditions = _conditions(form)
    limit = form.one("limit", _limit) or DEFAULT_LIMIT
    cursor = form.one("cursor", str)
    form.finish()
    query = Query(
        backends=tuple(
            name
            for name, vendor in ({**vendors, **disabled} if backends else vendors).items()
            if (not backends or name in backends) and (not asked_vendors or vendor in asked_vendors)
        ),
        conditions=conditions,
        order=NEWEST_FIRST,
    )
    return ListRequest(query, limit, cursor, _fingerprint(caller, backends, asked_vendors, query))


def parse_session_id(raw_path: str, prefix: str) -> tuple[str, str]:
    """Read ``{backend}:{native_id}`` from the path as it was sent, percent-encoding and all."""
    try:
        text = unquote_to_bytes(raw_path.removeprefix(prefix)).decode()
    except UnicodeDecodeError:
        error = ParameterError("id", "invalid_id", "an escape in the id is not UTF-8")
        raise bad_parameters([error]) from None
    backend, colon, native_id = text.partition(":")
    if not colon or not backend or not native_id:
        raise not_found("There is no such session.")
    return backend, native_id


class _Form:
    """Parameters being read, and what was wrong with them so far."""

    def __init__(self, parameters: MultiMapping[str]) -> None:
        self._parameters = parameters
        self._errors: list[ParameterError] = []

    def refuse_unknown(self) -> None:
        if len(self._parameters) > _MAX_PARAMETERS:
            self._refuse("*", "too_many_parameters", f"more than {_MAX_PARAMETERS} parameters")
        for name in dict.fromkeys(self._parameters.keys()):
            if name not in _REPEATABLE and name not in _SINGLE:
                self._refuse(name, "unknown_parameter", "there is no such parameter")

    def one(self, name: str, read: Callable[[str], T]) -> T | None:
        """Read a parameter that may be given once."""
        values = self._parameters.getall(name, [])
        if len(values) > 1:
            self._refuse(name, "repeated_parameter", "may be given once only")
            return None
        return self._read(name, values[0], read) if values else None

    def many(self, name: str, read: Callable[[str], T]) -> frozenset[T]:
        """Read a parameter that may be repeated: any of its values."""
        values = [self._read(name, v, read) for v in self._parameters.getall(name, [])]
        return frozenset(value for value in values if value is not None)

    def names(self, parameter: str, known: Collection[str]) -> frozenset[str]:
        """Read names out of a closed set."""

        def read(value: str) -> str:
            if value not in known:
                raise ValueError(f"there is no {parameter} of this name")
            return value

        return self.many(parameter, read)

    def finish(self) -> None:
        if self._errors:
            raise bad_parameters(self._errors)

    def _read(self, name: str, value: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(value)
        except ValueError as error:
            self._refuse(name, "invalid_parameter", str(error))
            return None

    def _refuse(self, name: str, code: str, detail: str) -> None:
        self._errors.append(ParameterError(name, code, detail))


def _conditions(form: _Form) -> tuple[Condition, ...]:
    conditions: list[Condition] = []
    if statuses := form.many("status", _status):
        conditions.append(AnyOf(Field.STATUS, statuses))
    if users := form.many("user", _text):
        conditions.append(AnyOf(Field.USER, users))
    if (after := form.one("started_after", _instant)) is not None:
        conditions.append(AtOrAfter(Field.STARTED_AT, after))
    if (before := form.one("started_before", _instant)) is not None:
        conditions.append(Before(Field.STARTED_AT, before))
    return tuple(conditions)


def _status(value: str) -> str:
    if value not in _STATUSES:
        raise ValueError(f"is one of {', '.join(_STATUSES)}")
    return value


def _text(value: str) -> str:
    if not value:
        raise ValueError("is empty")
    return value


def _limit(value: str) -> int:
    is_number = value.isascii() and value.isdigit() and value.strip("0")
    if not is_number:
        raise ValueError(f"is a whole number from 1 to {MAX_LIMIT}")
    # Digits beyond any page's size are cut before they become a number that costs time.
    return min(int(value.lstrip("0")[:_MAX_LIMIT_DIGITS]), MAX_LIMIT)


def _instant(value: str) -> datetime:
    """Read an RFC 3339 instant with its offset, or a date, which means 00:00 UTC."""
    try:
        if len(value) == len("2026-11-22"):
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "is an RFC 3339 instant such as 2026-11-22T06:00:00Z or a date;"
            " write the + of an offset as %2B"
        ) from None
    raise ValueError("has no offset: end it with Z or, for example, %2B01:00")


def _fingerprint(
    caller: Caller, backends: frozenset[str], vendors: frozenset[str], query: Query
) -> str:
    conditions = sorted(
        msgspec.json.encode([c.field, c.op, *_operands(c)]) for c in query.conditions
    )
    scope = sorted(caller.backends) if caller.backends is not None else None
    text = msgspec.json.encode(
        [caller.name, scope, sorted(backends), sorted(vendors), conditions, query.order]
    )
    return hashlib.sha256(text).hexdigest()[:32]


def _operands(condition: Condition) -> list[str]:
    match condition:
        case AnyOf(_, values):
            return sorted(values)
        case AtOrAfter(_, instant) | Before(_, instant):
            return [instant.isoformat()]
