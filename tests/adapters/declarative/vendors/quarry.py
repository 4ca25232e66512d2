"""Quarry: shifts in pits, by JSON-RPC over HTTP, in numbered pages from 1 on.

A shift is open or not. Times are whole seconds since 1970. Newly opened shifts come first; a search
for the last seen puts those that were never seen last.
"""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.adapters.declarative.vendors.serving import (
    NOON,
    HandWritten,
    start_of,
    start_of_newcomer,
)

KEY = "made-up-quarry-key"
_MINERS = ("Ada", "Bo Økland", None, "Cem")
_TOOLS = ("A", "B", None, "Z")
_LARGEST = 50


class CallError(Exception):
    """An error by its number."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Shift:
    number: int
    begun: int
    seen: int | None
    closed: int | None = None
    miner: str | None = None
    pit: str | None = None
    depth: int | None = None

    @property
    def native_id(self) -> str:
        return str(self.number)

    @property
    def started_at(self) -> datetime:
        return datetime.fromtimestamp(self.begun, UTC)

    @property
    def status(self) -> str:
        return "active" if self.closed is None else "ended"

    @property
    def tool(self) -> str | None:
        return _TOOLS[self.number % len(_TOOLS)]

    def record(self) -> dict[str, Any]:
        took = None if self.closed is None else timedelta(seconds=self.closed - self.begun)
        return {
            "no": self.number,
            "open": self.closed is None,
            "from": self.begun,
            "to": self.closed,
            "seen": self.seen,
            "took": None if took is None else f"0{took}"[-8:],
            "miner": self.miner,
            "lamp": f"L{self.number % 5}",
            "tool": {"kind": self.tool, "release": "2.0"},
            "pit": self.pit,
            "crew": str(self.number % 3),
            "depth": self.depth,
            "extra": {"shoring": ["oak"]},
        }


class Quarry(HandWritten):
    """The server. It gives ``largest`` rows a page at most, and counts pages by that."""

    def __init__(self, rows: int, largest: int = _LARGEST) -> None:
        self.shifts: dict[int, Shift] = {}
        self._largest = largest
        self._numbers = itertools.count(1)
        for number in range(rows):
            start = int(start_of(number).timestamp())
            closed = None if number % 4 == 1 else start + 60 + number // 2
            self._open(start, None if number % 8 == 3 else start + 30 * (number % 2), closed)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/rpc", self._serve)]

    def options(self, address: str) -> dict[str, object]:
        return {"url": address, "key": KEY}

    def held(self) -> list[Shift]:
        return [*self.shifts.values()]

    def insert(self) -> None:
        start = int(start_of_newcomer(len(self.shifts)).timestamp())
        self._open(start, start, None)

    def delete(self, native_id: str) -> None:
        del self.shifts[int(native_id)]

    def _open(self, begun: int, seen: int | None, closed: int | None) -> Shift:
        number = next(self._numbers)
        miner, pit = _MINERS[number % len(_MINERS)], f"P{number % 3}"
        self.shifts[number] = Shift(number, begun, seen, closed, miner, pit)
        return self.shifts[number]

    async def _serve(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Quarry-Key") != KEY:
            return web.json_response({"why": "no key"}, status=401)
        call = json.loads(await request.read())
        frame = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            result = _METHODS[call["method"]](self, call.get("params") or {})
        except CallError as error:
            return web.json_response({**frame, "error": {"code": error.code, "message": "no"}})
        return web.json_response({**frame, "result": result})

    def query(self, params: dict[str, Any]) -> dict[str, Any]:
        where, page = params.get("where", {}), params.get("page", {})
        _check(params, {"detail": str, "where": dict, "page": dict, "order": str})
        _check(where, {"no": str, "open": bool, "tool": str, "from": int})
        _check(page, {"number": int, "rows": int})
        found = [shift for shift in self.shifts.values() if _is_wanted(shift, where)]
        found.sort(key=_by_seen if params.get("order") == "last" else lambda s: -s.number)
        size = min(page.get("rows", _LARGEST), self._largest)
        begin = (page.get("number", 1) - 1) * size
        return {"shifts": [s.record() for s in found[begin : begin + size]], "count": len(found)}

    def get(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"shift": self._known(params).record()}

    def open(self, params: dict[str, Any]) -> dict[str, Any]:
        _check(params, {"miner": str, "pit": str, "depth": int})
        if "miner" not in params:
            raise CallError(-32602)
        now = int(NOON.timestamp())
        shift = self._open(now, now, None)
        shift.miner, shift.pit = params["miner"], params.get("pit")
        shift.depth = params.get("depth")
        return {"shift": shift.record()}

    def close(self, params: dict[str, Any]) -> dict[str, Any]:
        shift = self._known(params)
        shift.closed = shift.closed or int(NOON.timestamp())
        return {"shift": shift.record()}

    def _known(self, params: dict[str, Any]) -> Shift:
        _check(params, {"shift": str})
        number = params.get("shift", "")
        shift = self.shifts.get(int(number)) if number.isascii() and number.isdecimal() else None
        if shift is None or shift.native_id != number:
            raise CallError(-32004)
        return shift


_METHODS: dict[str, Callable[[Quarry, dict[str, Any]], dict[str, Any]]] = {
    "shifts.query": Quarry.query,
    "shifts.get": Quarry.get,
    "shifts.open": Quarry.open,
    "shifts.close": Quarry.close,
}


def _check(given: dict[str, Any], kinds: dict[str, type]) -> None:
    if any(type(value) is not kinds.get(name) for name, value in given.items()):
        raise CallError(-32602)


def _is_wanted(shift: Shift, where: dict[str, Any]) -> bool:
    return (
        ("no" not in where or shift.native_id in where["no"].split(","))
        and ("open" not in where or (shift.closed is None) is where["open"])
        and ("tool" not in where or shift.tool == where["tool"])
        and ("from" not in where or shift.begun >= where["from"])
    )


def _by_seen(shift: Shift) -> tuple[bool, int, int]:
    return shift.seen is None, -(shift.seen or 0), shift.number * 7919 % 101
