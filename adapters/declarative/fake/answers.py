"""What a fake vendor answers: its sessions, or an error as its file says they look. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from adapters.declarative.fake.planting import NotPlantableError, satisfied
from adapters.declarative.language.outcomes import CallName, ErrorRule, Meaning
from gateway.spi import Json

_STATUSES: Mapping[Meaning, int] = {
    "auth_failed": 401,
    "forbidden": 403,
    "not_found": 404,
    "start_over": 410,
    "rate_limited": 429,
    "unavailable": 503,
    "upstream_error": 500,
}
Wire: TypeAlias = Literal["rest", "jsonrpc_http", "jsonrpc_ws"]

_BAD_REQUEST = 400
_OK = 200
_RPC_CODE = -32000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; one to a call by JSON-RPC holds ``result``, or has the code of an error."""

    body: Json = None
    status: int = _OK
    headers: Mapping[str, str] = field(default_factory=dict)
    rpc_code: int | None = None


class RefusedError(Exception):
    """The vendor does not do what it was asked for."""

    def __init__(self, meaning: Meaning) -> None:
        super().__init__(meaning)
        self.meaning = meaning


def refusal(rules: Sequence[ErrorRule], meaning: Meaning, call: CallName, wire: Wire) -> Answer:
    """Answer so that it means this, by the rules; without one as most vendors would."""
    for rule in rules:
        if rule.is_ == meaning and _is_for(rule, call) and _is_for_wire(rule, wire):
            return _answer_of(rule, meaning, wire)
    return _usual(meaning, wire)


def _is_for(rule: ErrorRule, call: CallName) -> bool:
    op = rule.when.op
    return op is None or call in ((op,) if isinstance(op, str) else op)


def _is_for_wire(rule: ErrorRule, wire: Wire) -> bool:
    return wire != "rest" or rule.when.rpc_code is None


def _answer_of(rule: ErrorRule, meaning: Meaning, wire: Wire) -> Answer:
    when = rule.when
    code = _first(when.rpc_code)
    is_plain = when.body is None and code is None
    status = _first(when.status) or (_STATUSES.get(meaning, _BAD_REQUEST) if is_plain else _OK)
    try:
        body = {"error": "refused"} if when.body is None else satisfied(when.body) or {}
    except NotPlantableError:
        return _usual(meaning, wire)
    headers = {} if rule.retry_after is None else {"Retry-After": "7"}
    return Answer(body, status, headers, code)


def _usual(meaning: Meaning, wire: Wire) -> Answer:
    is_by_status = wire == "rest" or (wire == "jsonrpc_http" and meaning == "auth_failed")
    if not is_by_status:
        return Answer(rpc_code=_RPC_CODE)
    return Answer({"error": "refused"}, _STATUSES.get(meaning, _BAD_REQUEST))


def _first(value: int | tuple[int, ...] | None) -> int | None:
    return value[0] if isinstance(value, tuple) else value
