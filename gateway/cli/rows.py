"""What is known of sessions and backends, as the rows of tables. All is pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import assert_never

from gateway.cli.table import Table
from gateway.federation.backend import Backend, Failed
from gateway.federation.explaining import Explanation
from gateway.model.query import (
    AnyOf,
    AtLeast,
    AtOrAfter,
    AttributeAnyOf,
    Before,
    Condition,
    Contains,
    LessThan,
)
from gateway.model.report import Count, Relation
from gateway.model.session import Named, Session, Space
from gateway.spi.abilities import Abilities, Support
from gateway.web.csv_rows import columns, texts

_SECONDS_AN_HOUR = 3600
_SECONDS_A_MINUTE = 60


def session_table(sessions: Sequence[Session]) -> Table:
    """Show of each session when it was, how it is, what a person would know it by, and its id."""
    rows = [
        (_instant(s.started_at), s.status.value, _length(s.duration_s), label(s), s.id)
        for s in sessions
    ]
    return Table(("STARTED (UTC)", "STATUS", "LASTED", "SESSION", "ID"), rows, firm={0, 1, 2})


def field_table(
    documents: Sequence[Session | Mapping[str, object]],
    fields: Sequence[str] | None,
    *,
    is_raw_wanted: bool,
) -> Table:
    """Show fields that were asked for, each part of one in a column of its own."""
    shown = columns(fields, is_raw_wanted=is_raw_wanted)
    return Table(shown, [texts(document, shown) for document in documents])


def backend_table(backends: Sequence[Backend], disabled: Mapping[str, str]) -> Table:
    """Show of each backend what its vendor can do, and what its operator lets be done."""
    rows = [
        *(_backend(backend) for backend in backends),
        *((name, vendor, "switched off", "", "", "") for name, vendor in disabled.items()),
    ]
    header = ("BACKEND", "VENDOR", "PAGING", "SORTS BY", "FILTERS", "OPERATIONS")
    return Table(header, rows, firm={0, 1})


def plan_table(plan: Mapping[str, Explanation]) -> Table:
    """Show what each backend would be asked."""
    header = ("BACKEND", "STATUS", "ORDER", "RESUME", "CACHE", "REQUESTS", "PUSHED", "CHECKED HERE")
    return Table(header, [_plan(name, told) for name, told in plan.items()], firm={0, 1})


def label(session: Session) -> str:
    """Say what a person would know a session by: its title, who, and where."""
    return ", ".join(_labels(session))


def count_text(count: Count | None) -> str:
    """Write a count, a lower bound with ``>=`` in front."""
    if count is None:
        return ""
    return f"{count.value}" if count.relation is Relation.EQUAL else f">={count.value}"


def condition_text(condition: Condition) -> str:
    """Say what has to hold of a session."""
    match condition:
        case AnyOf(field, values):
            text = f"{field.value} = {' or '.join(sorted(values))}"
        case AttributeAnyOf(name, values):
            text = f"{condition.field.value}.{name} = {' or '.join(sorted(values))}"
        case Contains(words=words):
            text = f"{condition.field.value} = {words}"
        case AtOrAfter(field, instant):
            text = f"{field.value} >= {instant.isoformat()}"
        case Before(field, instant):
            text = f"{field.value} < {instant.isoformat()}"
        case AtLeast(length):
            text = f"{condition.field.value} >= {length.total_seconds():g}"
        case LessThan(length):
            text = f"{condition.field.value} < {length.total_seconds():g}"
        case _:
            assert_never(condition)
    return text


def _labels(session: Session) -> Iterator[str]:
    if session.title:
        yield session.title
    parts: Mapping[str, Named | Space | None] = {
        "user": session.user,
        "device": session.device,
        session.space.kind if session.space else "space": session.space,
    }
    for kind, part in parts.items():
        if part is not None and (part.name or part.id):
            yield f"{kind} {part.name or part.id}"


def _instant(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _length(seconds: float | None) -> str:
    if seconds is None:
        return ""
    hours, rest = divmod(round(seconds), _SECONDS_AN_HOUR)
    return f"{hours}:{rest // _SECONDS_A_MINUTE:02}:{rest % _SECONDS_A_MINUTE:02}"


def _backend(backend: Backend) -> Sequence[str]:
    abilities = backend.abilities()
    vendor, allowed = backend.adapter.vendor, ", ".join(sorted(backend.operations))
    if isinstance(abilities, Failed):
        return backend.name, vendor, abilities.failure.code.value, "", "", allowed
    sorts = dict.fromkeys(ability.sort.field.value for ability in abilities.sorts)
    return (
        backend.name,
        vendor,
        abilities.paging.style.value,
        ", ".join(sorts),
        ", ".join(_filters(abilities)),
        allowed,
    )


def _filters(abilities: Abilities) -> Iterator[str]:
    """Name the fields that the vendor filters by itself, with ``~`` where roughly."""
    grades: dict[str, Support] = {}
    for (field, _), support in abilities.filters.items():
        if support is Support.EXACT or (support is Support.INEXACT and field.value not in grades):
            grades[field.value] = support
    for name, support in grades.items():
        yield name if support is Support.EXACT else f"~{name}"


def _plan(name: str, told: Explanation) -> Sequence[str]:
    return (
        name,
        told.status.value,
        told.order or "",
        told.resume or "",
        told.cache or "",
        count_text(told.expected_requests),
        ", ".join(condition_text(pushed.condition) for pushed in told.pushed),
        ", ".join(map(condition_text, told.residual)),
    )
