"""Writes as a file describes them: sent once, and what is known of them afterwards."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from adapters.declarative.answers import Answer
from adapters.declarative.documents import Selector
from adapters.declarative.drafts import Put, fits
from adapters.declarative.language.calls import WriteCall, Writes, WrittenField
from adapters.declarative.language.outcomes import CallName, ErrorRule
from adapters.declarative.meanings import Meanings, error_of
from gateway.spi import (
    BadAnswer,
    Done,
    FieldKind,
    Operation,
    Refusal,
    Refused,
    Unclear,
    UpstreamError,
    Write,
    WriteField,
    WriteOutcome,
)

AsItIs = Callable[[], Awaitable[msgspec.Raw | None]]
"""Asks for the session as it is now; none where it cannot be asked for."""


@dataclass(frozen=True, slots=True)
class Looking:
    """How a session is looked at after a write, and how a record of it tells that it is over."""

    as_it_is: AsItIs
    has_ended: Callable[[msgspec.Raw], bool]


_CALLS: Mapping[Operation, CallName] = {
    Operation.CREATE: "create",
    Operation.KEEPALIVE: "keepalive",
    Operation.HIDE: "hide",
    Operation.END: "end",
}


class WrittenCall:
    """One write of a file: what it may name, and how its answer is read."""

    def __init__(self, operation: Operation, part: WriteCall) -> None:
        """Compile what is looked for in the answer."""
        self.request = part.request
        self.name = _CALLS[operation]
        self._part = part
        self._is_create = operation is Operation.CREATE
        self._record = None if part.record is None else Selector(part.record)

    def fields(self) -> Mapping[str, WriteField]:
        """Say which fields it may name."""
        return {name: _declared(field) for name, field in self._part.fields.items()}

    def unfit_field(self, write: Write) -> str | None:
        """Name a field whose value would be something else where it goes."""
        fields = self._part.fields
        return next((n for n, v in _given(write) if not fits(fields[n].send, v)), None)

    def puts(self, write: Write) -> Iterator[Put]:
        """Say what is sent for the fields that are named; what is null is left to the vendor."""
        yield from ((self._part.fields[name].send, value) for name, value in _given(write))

    async def outcome(
        self, write: Write, answer: Answer, meanings: Meanings, looking: Looking
    ) -> WriteOutcome:
        """Say what became of it. Raises the error that says that it surely was not done."""
        rule = meanings.rule_for(self.name, answer)
        if rule is not None:
            return await self._by_rule(rule, write, answer, looking)
        if answer.is_doubtful:
            return Unclear()
        answer.raise_for_failure()
        return Done(await self._as_now(answer, looking.as_it_is), is_new=self._is_new(answer))

    async def _by_rule(
        self, rule: ErrorRule, write: Write, answer: Answer, looking: Looking
    ) -> WriteOutcome:
        match rule.is_:
            case "already_done":
                return Done(await _undisturbed(looking.as_it_is))
            case "perhaps_done":
                return await _looked_into(rule, answer, looking)
            case "not_found":
                return Refused(Refusal.NOT_FOUND)
            case "not_own_session":
                return Refused(Refusal.NOT_OWN_SESSION)
            case "invalid_field":
                return Refused(Refusal.INVALID_FIELD, _only_field(write))
            # What broke may have done so at any time.
            case "unclear" | "unavailable" | "upstream_error" | "bad_answer":
                return Unclear()
            case _:
                raise error_of(rule, answer)

    async def _as_now(self, answer: Answer, as_it_is: AsItIs) -> msgspec.Raw | None:
        """Give the session as the answer tells it, or else as it is told by its own call."""
        if self._record is not None:
            try:
                return self._record.row(answer.document)
            except BadAnswer:
                pass  # It was done all the same.
        return await _undisturbed(as_it_is)

    def _is_new(self, answer: Answer) -> bool:
        if self._part.new_if_status is not None:
            return answer.status == self._part.new_if_status
        return self._is_create


def written_calls(part: Writes) -> Mapping[Operation, WrittenCall]:
    """Compile the writes of a file."""
    calls = {operation: getattr(part, operation.value) for operation in Operation}
    return {
        operation: WrittenCall(operation, call)
        for operation, call in calls.items()
        if call is not None
    }


async def _looked_into(rule: ErrorRule, answer: Answer, looking: Looking) -> WriteOutcome:
    """See whether a session has ended before; if not, it has been refused to end it."""
    try:
        record = await looking.as_it_is()
    except UpstreamError as error:
        error.has_been_sent = answer.is_doubtful  # It was a question.
        raise
    if record is None:
        return Refused(Refusal.NOT_FOUND)
    if looking.has_ended(record):
        return Done(record)
    if answer.is_doubtful:
        return Unclear()
    answer.raise_for_failure()
    raise error_of(rule, answer)


async def _undisturbed(as_it_is: AsItIs) -> msgspec.Raw | None:
    """Ask for the session. That it cannot be read does not undo what was done."""
    try:
        return await as_it_is()
    except UpstreamError:
        return None


def _declared(field: WrittenField) -> WriteField:
    return WriteField(FieldKind(field.kind), field.required)


def _given(write: Write) -> Iterator[tuple[str, str | int | bool]]:
    yield from ((name, value) for name, value in write.fields.items() if value is not None)


def _only_field(write: Write) -> str | None:
    """Name the field that is meant where there is only one."""
    names = [name for name, _ in _given(write)]
    return names[0] if len(names) == 1 else None
