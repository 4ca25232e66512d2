"""Parse: from the parameters of a request to the question they ask, or all that is wrong."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, partial
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

import msgspec
from multidict import MultiMapping

from gateway.model.query import (
    NEWEST_FIRST,
    AnyOf,
    AtLeast,
    AtOrAfter,
    AttributeAnyOf,
    Before,
    Condition,
    Contains,
    Field,
    LessThan,
    Order,
    Query,
)
from gateway.model.session import Session, Status
from gateway.paging.cursor import (
    FROM_THE_START,
    CursorError,
    CursorMismatchError,
    CursorSealer,
    Position,
)
from gateway.spi.abilities import ATTRIBUTES
from gateway.web import values
from gateway.web.callers import Caller
from gateway.web.form import Form, Parameter
from gateway.web.hiding import refuse_hidden
from gateway.web.problems import ParameterError, Problem, bad_parameters, not_found

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
_MAX_ID_CHARACTERS = 1024
_ALL = "all"

DOCUMENT_FIELDS = tuple(name for name in Session.__struct_fields__ if name != "raw")

EQUALITIES: Mapping[str, tuple[Field, Callable[[str], str]]] = {
    "status": (Field.STATUS, values.OneOf([status.value for status in Status])),
    "user": (Field.USER, values.text),
    "device": (Field.DEVICE, values.text),
    "client": (Field.CLIENT, values.text),
    "space": (Field.SPACE, values.text),
    "language": (Field.LANGUAGE, values.text),
    "tag": (Field.TAG, values.text),
    "native_id": (Field.NATIVE_ID, values.text),
    "native_status": (Field.NATIVE_STATUS, values.text),
}
INSTANT_BOUNDS: Mapping[str, Callable[[datetime], Condition]] = {
    f"{name}_{side}": partial(bound, field)
    for name, field in (
        ("started", Field.STARTED_AT),
        ("ended", Field.ENDED_AT),
        ("active", Field.LAST_ACTIVITY_AT),
    )
    for side, bound in (("after", AtOrAfter), ("before", Before))
}
LENGTH_BOUNDS: Mapping[str, Callable[[timedelta], Condition]] = {
    "min_duration": AtLeast,
    "max_duration": LessThan,
}
DIRECTORY = ("backend", "vendor")
"""The parameters that name what there is for the caller. They may be repeated."""
WORDS = Parameter("q", values.text)
_CONDITIONS = {*DIRECTORY, WORDS.name, *EQUALITIES, *INSTANT_BOUNDS, *LENGTH_BOUNDS}


class CountEffort(StrEnum):
    """How much is done to count the whole filtered set."""

    CHEAP = "cheap"
    EXACT = "exact"
    NONE = "none"


_SORT = Parameter("sort", values.order)
_LIMIT = Parameter("limit", values.limit)
_CURSOR = Parameter("cursor", str)
_COUNT = Parameter("count", values.OneOf([effort.value for effort in CountEffort]))
_FIELDS = Parameter("fields", values.SomeOf(DOCUMENT_FIELDS))
_INCLUDE = Parameter("include", values.OneOf(["raw"]))
_REQUIRE = Parameter("require", values.text)
_EXPLAIN = Parameter("explain", values.boolean)
SHAPING: Mapping[str, Callable[[str], object]] = dict(
    [_SORT, _LIMIT, _CURSOR, _COUNT, _FIELDS, _INCLUDE, _REQUIRE, _EXPLAIN]
)
"""The parameters that say what is given of the sessions that are asked for."""

_RESHAPING = SHAPING.keys() - {_SORT.name}
"""Those that no cursor is bound to."""

PARAMETERS = frozenset(_CONDITIONS | SHAPING.keys())
"""What a list can be asked for by a fixed name; besides there are attributes, by theirs."""


@dataclass(frozen=True)
class Binding:
    """What a cursor is bound to: the same for all pages of one walk of one caller.

    ``backends`` and ``vendors`` are those that were named, none where none was.
    """

    caller: Caller
    backends: frozenset[str]
    vendors: frozenset[str]
    query: Query

    def alone(self, backend: str) -> "Binding":
        """Bind to the same question, asked of one backend only."""
        return dataclasses.replace(self, backends=frozenset({backend}))

    @cached_property
    def fingerprint(self) -> str:
        """Digest it once, in whatever order the parameters were given."""
        caller = self.caller
        visible = None if caller.backends is None else sorted(caller.backends)
        scope = [caller.name, visible, sorted(caller.redaction.words)]
        names = [scope, sorted(self.backends), sorted(self.vendors)]
        conditions = sorted(map(_canonical, self.query.conditions))
        text = msgspec.json.encode([names, self.query.order, conditions])
        return hashlib.sha256(text).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What ``GET /v1/sessions`` asks.

    ``limit`` is none where the client gave none. ``stale_taken_s`` is how long an answer may be
    stale, none where it may not. What is not in ``binding`` may change from page
    to page.
    """

    query: Query
    binding: Binding
    limit: int | None = None
    position: Position = FROM_THE_START
    count: CountEffort = CountEffort.CHEAP
    fields: tuple[str, ...] | None = None
    is_raw_wanted: bool = False
    required: frozenset[str] = frozenset()
    stale_taken_s: float | None = None
    is_explained: bool = False

    @property
    def page_size(self) -> int:
        """Give the number of sessions on a page."""
        return min(self.limit or DEFAULT_LIMIT, MAX_LIMIT)


@dataclass(frozen=True, slots=True)
class Directory:
    """The backends a caller may see, and the vendor of each.

    Those that are ``disabled`` are asked only where they are named.
    """

    enabled: Mapping[str, str]
    disabled: Mapping[str, str]

    @property
    def vendors(self) -> Mapping[str, str]:
        """Give the vendor of every backend, in use or not."""
        return {**self.enabled, **self.disabled}


def parse_list(
    parameters: MultiMapping[str], caller: Caller, directory: Directory, sealer: CursorSealer
) -> ListRequest:
    """Read the parameters of a list, or raise a 400 that names everything that is wrong."""
    form = Form(parameters)
    form.refuse_all_but(lambda name: is_condition(name) or name in SHAPING)
    order = form.one(*_SORT) or NEWEST_FIRST
    binding = parse_question(form, caller, directory, order)
    request = ListRequest(
        query=binding.query,
        binding=binding,
        limit=form.one(*_LIMIT),
        count=CountEffort(form.one(*_COUNT) or "cheap"),
        fields=form.one(*_FIELDS),
        is_raw_wanted=form.one(*_INCLUDE) is not None,
        required=_required(form, binding.query),
        is_explained=form.one(*_EXPLAIN) or False,
        position=_position(form, binding, sealer),
    )
    form.finish()
    if request.is_raw_wanted and caller.redaction.forbids_raw:
        detail = "This key may not see records as they came."
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", detail)
    return request


def parse_question(
    form: Form, caller: Caller, directory: Directory, order: Order = NEWEST_FIRST
) -> Binding:
    """Read which sessions are asked for, and of which backends."""
    vendors = directory.vendors
    asked = form.named("backend", vendors)
    asked_vendors = form.named("vendor", set(vendors.values()))
    backends = tuple(
        name
        for name, vendor in (vendors if asked else directory.enabled).items()
        if (not asked or name in asked) and (not asked_vendors or vendor in asked_vendors)
    )
    query = Query(backends, tuple(_conditions(form, caller.redaction.searched)), order)
    refuse_hidden(form, query, caller.redaction)
    return Binding(caller, asked, asked_vendors, query)


def is_condition(name: str) -> bool:
    """Say whether a parameter says which sessions are asked for."""
    is_attribute = name.startswith(ATTRIBUTES) and name != ATTRIBUTES
    return is_attribute or name in _CONDITIONS


def parse_session_id(raw_path: str, prefix: str, suffix: str = "") -> tuple[str, str]:
    """Read ``{backend}:{native_id}`` from the path as it was sent, percent-encoding and all."""
    try:
        text = unquote_to_bytes(raw_path.removeprefix(prefix).removesuffix(suffix)).decode()
    except UnicodeDecodeError:
        error = ParameterError("id", "invalid_id", "an escape in the id is not UTF-8")
        raise bad_parameters([error]) from None
    if len(text) > _MAX_ID_CHARACTERS:
        detail = f"is longer than {_MAX_ID_CHARACTERS} characters"
        raise bad_parameters([ParameterError("id", "invalid_id", detail)])
    backend, colon, native_id = text.partition(":")
    if not colon or not backend or not native_id:
        raise not_found("There is no such session.")
    return backend, native_id


def _conditions(form: Form, searched: tuple[Field, ...]) -> Iterator[Condition]:
    for name, (field, read) in EQUALITIES.items():
        if chosen := form.many(name, read):
            yield AnyOf(field, chosen)
    for name, after_or_before in INSTANT_BOUNDS.items():
        if (instant := form.one(name, values.instant)) is not None:
            yield after_or_before(instant)
    for name, shortest_or_longest in LENGTH_BOUNDS.items():
        if (length := form.one(name, values.duration)) is not None:
            yield shortest_or_longest(length)
    if words := form.one(*WORDS):
        yield Contains(words, searched)
    for name in form.names():
        if name.startswith(ATTRIBUTES):
            yield AttributeAnyOf(name.removeprefix(ATTRIBUTES), form.many(name, str))


def _required(form: Form, query: Query) -> frozenset[str]:
    """Read the backends without which there is to be no answer."""

    def read(value: str) -> tuple[str, ...]:
        return query.backends if value == _ALL else values.SomeOf(query.backends)(value)

    return frozenset(form.one(_REQUIRE.name, read) or ())


def _position(form: Form, binding: Binding, sealer: CursorSealer) -> Position:
    """Read where the answer begins. It comes last: a cursor is held to a question that was read."""
    token = form.one(*_CURSOR)
    if token is None:
        return FROM_THE_START
    try:
        return sealer.open(token, binding.fingerprint)
    except CursorError as error:
        form.refuse(_CURSOR.name, "invalid_cursor", str(error))
    except CursorMismatchError as error:
        # Of a question with an error in it nobody knows whether the cursor is for it.
        if form.refused <= _RESHAPING:
            form.refuse(_CURSOR.name, "cursor_mismatch", str(error))
    return FROM_THE_START


def _canonical(condition: Condition) -> bytes:
    return msgspec.json.encode([condition.op, condition], order="deterministic")
