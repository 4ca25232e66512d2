"""Records the answers that the published description shows: ``make docs``.

They are those of the built gateway over simulators that stand still; most problems are those of one
that has, besides, a backend that cannot be reached and one that is switched off.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
from aiohttp import web
from example_gateways import (
    ADMIN_KEY,
    BLIND_KEY,
    SLOW_KEY,
    Call,
    Place,
    after_a_write,
    configured,
    lost,
)
from example_troubles import TROUBLES

from gateway.spi.abilities import Operation
from gateway.web import openapi

FOLDER = Path(openapi.__path__[0]) / "examples"

_SESSIONS = "/v1/sessions"
_CREATION = {"backend": "museum", "space": {"id": "1"}, "language": "es"}
_CALLS: Mapping[str, Call] = {
    "list_sessions.200": Call("GET", f"{_SESSIONS}?limit=2"),
    "summarise_sessions.200": Call("GET", f"{_SESSIONS}/summary?by=vendor,status"),
    "get_session.200": Call("GET", f"{_SESSIONS}/museum:1"),
    "list_backends.200": Call("GET", "/v1/backends"),
    "get_backend.200": Call("GET", "/v1/backends/museum"),
    "refresh_backend.200": Call("POST", "/v1/backends/museum/refresh", sender=ADMIN_KEY),
    "create_session.201": Call("POST", _SESSIONS, _CREATION),
    "describe_problem.200": Call("GET", "/problems/not_found"),
    "end_session.200": Call("POST", f"{_SESSIONS}/lab:0542f895-9e67-502a-8820-3594f5f67ada/end"),
    "health.200": Call("GET", "/healthz"),
    "readiness.200": Call("GET", "/readyz"),
}

_OURS = f"{_SESSIONS}/ward:6d7783be-dba6-4a5b-9ece-a54e6adae203"
_END_OF_A_MEETING = f"{_SESSIONS}/rooms:6fe7e6d7-b242-5915-a212-42c1f2e710a0/end"
_PATH = {"path": "/exploitation/pbehaviors"}
_PRESENT: Mapping[str, Call] = {
    # The first begins a session, and the second finds it.
    "create_session.200": Call("POST", _SESSIONS, {"backend": "ward"}, times=2),
    "keep_session_alive.200": Call("POST", f"{_OURS}/keepalive", {**_PATH, "visible": True}),
    "hide_session.200": Call("POST", f"{_OURS}/hide", _PATH),
}
_UNSEEN: Mapping[str, Call] = {
    "create_session.202": _PRESENT["create_session.200"]._replace(times=1),
    "keep_session_alive.202": _PRESENT["keep_session_alive.200"],
    "hide_session.202": _PRESENT["hide_session.200"],
}
"""What is done by a vendor that does not answer to what is asked afterwards."""

_REFUSED: Mapping[str, Call] = {
    "unknown_parameter": Call("GET", f"{_SESSIONS}?colour=red"),
    "repeated_parameter": Call("GET", f"{_SESSIONS}?limit=1&limit=2"),
    "invalid_parameter": Call("GET", f"{_SESSIONS}?limit=none&status=open"),
    "missing_parameter": Call("GET", f"{_SESSIONS}/summary"),
    "too_many_parameters": Call("GET", f"{_SESSIONS}?{'&'.join(f'p{n}=' for n in range(51))}"),
    "too_many_values": Call("GET", f"{_SESSIONS}?{'&'.join(['tag=a'] * 51)}"),
    "invalid_id": Call("GET", f"{_SESSIONS}/%ff"),
    "invalid_cursor": Call("GET", f"{_SESSIONS}?cursor=made-up"),
    "hidden_field": Call("GET", f"{_SESSIONS}?user=u1", sender=BLIND_KEY),
    "filter_unanswerable": Call("GET", f"{_SESSIONS}?backend=museum&user=u1"),
    "invalid_body": Call("POST", _SESSIONS, []),
    "invalid_idempotency_key": Call("POST", _SESSIONS, _CREATION, {"Idempotency-Key": "two words"}),
    "idempotency_not_available": Call(
        "POST", _SESSIONS, _CREATION, {"Idempotency-Key": "8e03978e"}
    ),
    "unauthorized": Call("GET", "/v1/backends", sender="made up"),
    "forbidden": Call("POST", _SESSIONS, {"backend": "museum"}, sender=BLIND_KEY),
    "operation_not_enabled": Call("POST", _SESSIONS, {"backend": "closed"}),
    "not_found": Call("GET", "/v1/backends/nowhere"),
    "method_not_allowed": Call("DELETE", _SESSIONS),
    "not_acceptable": Call("GET", "/v1/backends", None, {"Accept": "text/html"}),
    "body_too_large": Call("POST", _SESSIONS, {"backend": "museum" * 20_000}),
    "unsupported_media_type": Call("POST", _SESSIONS, {}, {"Content-Type": "text/plain"}),
    "unsupported_field": Call("POST", _SESSIONS, {"backend": "museum", "colour": "red"}),
    "wrong_kind": Call("POST", _SESSIONS, {"backend": "museum", "language": 5}),
    "missing_field": Call("POST", _SESSIONS, {"backend": "museum"}),
    "invalid_field": Call("POST", _SESSIONS, {**_CREATION, "language": "tlh"}),
    "operation_not_supported": Call("POST", f"{_SESSIONS}/museum:1/end", {}),
    "upstream_failed": Call("GET", f"{_SESSIONS}?backend=closed"),
    "incomplete": Call("GET", f"{_SESSIONS}?backend=museum&backend=attic&require=all"),
    "not_cached": Call(
        "GET", f"{_SESSIONS}?backend=closed", None, {"Cache-Control": "only-if-cached"}
    ),
    "invalid_target": Call("GET", "/v1/backends", None, {"Host": "two hosts"}),
    "uri_too_long": Call("GET", f"{_SESSIONS}?q={'a' * 9000}"),
    "headers_too_large": Call("GET", _SESSIONS, None, {"Prefer": "a" * 9000}),
    "too_many_requests": Call("GET", "/v1/backends", sender=SLOW_KEY, times=2),
    "malformed_request": Call("GET", _SESSIONS, None, {"Transfer-Encoding": "gzip"}),
    "expectation_failed": Call("GET", _SESSIONS, None, {"Expect": "a-miracle"}),
}


async def examples() -> Mapping[str, str]:
    """Give every recorded answer by the name of its file."""
    async with AsyncExitStack() as stack:
        place = Place(stack)
        answers = {**await _answers(place), **await _written(place), **await _ended(place)}
        problems = {**await _refusals(place), **await _troubles(place)}
    for name, (status, text) in answers.items():
        if not name.endswith(f".{status}"):
            raise ValueError(f"{name} was answered {status}: {text}")
    for code, text in problems.items():
        if f'"code":"{code}"' not in text:
            raise ValueError(f"{code} was not answered, but {text}")
    texts = {name: text for name, (_, text) in answers.items()}
    texts |= {f"problems/{code}": text for code, text in problems.items()}
    return {f"{name}.json": msgspec.json.format(texts[name], indent=2) + "\n" for name in texts}


async def _answers(place: Place) -> Mapping[str, tuple[int, str]]:
    gateway = await place.gateway(*await place.museum_and_lab())
    return {name: await gateway.answer(call) for name, call in _CALLS.items()}


async def _written(place: Place) -> Mapping[str, tuple[int, str]]:
    """Write to the one session that is ours, while the vendor tells of it and while it does not."""
    ward, address = await place.simulator("canopsis")
    options = {**ward.options(address), "username": "root"}
    operations = (Operation.CREATE, Operation.KEEPALIVE, Operation.HIDE)
    gateway = await place.gateway(configured("ward", "canopsis", options, *operations))
    answers = {name: await gateway.answer(call) for name, call in _PRESENT.items()}
    for name, call in _UNSEEN.items():
        ward.before_answering = after_a_write(ward, _break)
        answers[name] = await gateway.answer(call)
    return answers


async def _ended(place: Place) -> Mapping[str, tuple[int, str]]:
    rooms, address = await place.simulator("digital_samba")
    options = rooms.options(address)
    gateway = await place.gateway(configured("rooms", "digital_samba", options, Operation.END))
    rooms.before_answering = after_a_write(rooms, _break)
    return {"end_session.202": await gateway.answer(Call("POST", _END_OF_A_MEETING))}


async def _refusals(place: Place) -> Mapping[str, str]:
    attic = lost("attic").model_copy(update={"enabled": False})
    gateway = await place.gateway(*await place.museum_and_lab(), lost("closed"), attic)
    return {code: (await gateway.answer(call))[1] for code, call in _REFUSED.items()}


async def _troubles(place: Place) -> Mapping[str, str]:
    return {code: await trouble(place) for code, trouble in TROUBLES.items()}


def _break() -> None:
    raise web.HTTPServiceUnavailable


if __name__ == "__main__":
    logging.disable()  # What goes wrong is meant to.
    for file_name, content in asyncio.run(examples()).items():
        (FOLDER / file_name).write_text(content, encoding="utf-8")
