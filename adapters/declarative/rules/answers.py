"""Rules of writes, and of what answers mean."""

from collections.abc import Iterator

from adapters.declarative.language.outcomes import CallName, When
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.transport import (
    JsonRpcWsTransport,
    LogInAuth,
    RestTransport,
)
from adapters.declarative.rules.walking import writes
from gateway.spi.abilities import ATTRIBUTES
from gateway.spi.documents import Finding, KeyPath

_WAITING = ("rate_limited", "unavailable")
_WRITABLE = (
    *("client.name", "client.version", "device.id", "device.name", "ended_at", "language"),
    *("native_status", "space.id", "space.name", "started_at", "title", "user.id", "user.name"),
    # What a client shows just now: no session has it.
    *("path", "tab", "visible"),
)


def unfit_writes(spec: Spec) -> Iterator[Finding]:
    """Find fields of writes that nobody knows, and answers that are not told apart so."""
    for name, call in writes(spec):
        at: KeyPath = ("writes", name)
        for field in call.fields:
            if field not in _WRITABLE and not _is_attribute(field):
                known = ", ".join(_WRITABLE)
                yield (*at, "fields", field), f"must be attributes.NAME or one of {known}"
        if call.new_if_status is not None and not isinstance(spec.transport, RestTransport):
            yield (*at, "new_if_status"), f"{spec.transport.kind} has no status for it"
        if call.new_if_status is not None and name != "create":
            yield (*at, "new_if_status"), "only create makes a session"


def unfit_error_rules(spec: Spec) -> Iterator[Finding]:
    """Find rules that no answer fits."""
    for index, rule in enumerate(spec.errors):
        at: KeyPath = ("errors", index)
        yield from _unfit_when(spec, rule.when, (*at, "when"))
        if rule.is_ == "perhaps_done":
            yield from _unfit_look(spec, rule.when, at)
        if rule.retry_after is not None and rule.is_ not in _WAITING:
            yield (*at, "retry_after"), f"goes with {' or '.join(_WAITING)}"
        elif rule.retry_after is not None and isinstance(spec.transport, JsonRpcWsTransport):
            yield (*at, "retry_after"), "answers over jsonrpc_ws have no headers"


def _unfit_look(spec: Spec, when: When, at: KeyPath) -> Iterator[Finding]:
    if _named(when) != ["end"]:
        yield (*at, "is"), "only of an end it can be seen whether it is done; say op: end"
    if spec.get is None:
        yield (*at, "is"), "needs get, by which a session is looked at"


def _unfit_when(spec: Spec, when: When, at: KeyPath) -> Iterator[Finding]:
    if when.status is not None and isinstance(spec.transport, JsonRpcWsTransport):
        yield (*at, "status"), "answers over jsonrpc_ws have no status; say rpc_code"
    if when.rpc_code is not None and isinstance(spec.transport, RestTransport):
        yield (*at, "rpc_code"), "answers over rest have no such code; say status"
    calls = _calls(spec)
    for name in _named(when):
        if name not in calls:
            yield (*at, "op"), f"there is no call {name}; the calls are: {', '.join(calls)}"


def _named(when: When) -> list[CallName]:
    return [when.op] if isinstance(when.op, str) else [*(when.op or ())]


def _calls(spec: Spec) -> list[str]:
    auth = getattr(spec.transport, "auth", None)
    return [
        "list",
        *(["get"] if spec.get else []),
        *(name for name, _ in writes(spec)),
        *(["log_in"] if isinstance(auth, LogInAuth) else []),
    ]


def _is_attribute(name: str) -> bool:
    return name.startswith(ATTRIBUTES) and name != ATTRIBUTES
