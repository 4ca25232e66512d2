"""Honest vendors, as simple as they can be: each knows three sessions, or as many as it is told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from tests.laboratory.messages import Reply, Request
from tests.support.adapters import NOON
from tests.support.payloads import sample

Row: TypeAlias = dict[str, Any]

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_COOKIE = "Set-Cookie: beaker.session.id=canary-cookie; path=/"


def digital_samba(count: int = 3) -> "DigitalSamba":
    """Hold the document's own session that ended, at so many times of its own."""
    row = _printed("digital_samba/list.json")["data"][1]
    return DigitalSamba(
        [
            row | {"id": f"samba-{n}", "start_time": _spaced(n), "end_time": _spaced(n, _MINUTE)}
            for n in range(count)
        ]
    )


@dataclass(frozen=True)
class DigitalSamba:
    """Pages through its sessions, newest first, behind the one that is named."""

    rows: Sequence[Row]

    def __call__(self, request: Request) -> Reply:
        """Answer a page of the list, whatever it is filtered by."""
        asked = request.query
        ids = [row["id"] for row in self.rows]
        begin = ids.index(asked["after"]) + 1 if asked.get("after") in ids else 0
        page = self.rows[begin : begin + int(asked.get("limit", 100))]
        return _json({"total_count": len(self.rows), "data": page})


@dataclass(frozen=True)
class Ekran:
    """Pages by number through what overlaps a window of time, asked for by POST."""

    count: int = 3

    def __call__(self, request: Request) -> Reply:
        """Answer a page."""
        asked = json.loads(request.body)
        after, before = asked.get("start", ""), asked.get("end", "9")
        rows = [self._row(n) for n in range(self.count)]
        rows = [r for r in rows if r["logoutDate"] >= after and r["loginDate"] <= before]
        begin = asked["pageIndex"] * asked["sessionCount"]
        page = rows[begin : begin + asked["sessionCount"]]
        return _json({"totalCount": len(rows), "sessions": page})

    def _row(self, number: int) -> Row:
        times = {"loginDate": _zoneless(number), "logoutDate": _zoneless(number, _MINUTE)}
        return {"sessionId": number + 1, "userName": f"user {number}", **times}


@dataclass(frozen=True)
class Roundware:
    """Lists every session there is."""

    count: int = 3

    def __call__(self, _: Request) -> Reply:
        """Answer the list."""
        row = _printed("roundware/list.json")[0]
        return _json([row | {"id": n, "starttime": _zoneless(n)} for n in range(1, self.count + 1)])


@dataclass(frozen=True)
class Canopsis:
    """Lists every session there is, and gives everybody a cookie."""

    count: int = 3

    def __call__(self, _: Request) -> Reply:
        """Answer the list."""
        rows = [
            {"_id": f"canopsis-{n}", "username": "somebody", "start": _epoch(n)}
            for n in range(self.count)
        ]
        reply = _json({"description": "Sessions", "sessions": rows})
        return Reply(reply.body, headers=(*reply.headers, _COOKIE))


def cortex(method: str, _: Mapping[str, object]) -> object:
    """Answer a call of version 1: nobody is logged in yet, and whoever wants to be is let in."""
    return {
        "getUserLogin": [],
        "login": "canary-log-in",
        "authorize": {"_auth": "canary-token"},
        "querySessions": _printed("cortex/query_all.json")["result"],
    }[method]


@cache
def _printed(name: str) -> Any:  # noqa: ANN401  # a sample is any JSON
    """Load a sample once: there may be no descriptor left to read it with."""
    return sample(name)


def _json(document: object) -> Reply:
    return Reply(json.dumps(document).encode())


def _start(number: int) -> datetime:
    return NOON - number * _HOUR - 2 * _HOUR


def _spaced(number: int, later: timedelta = timedelta(0)) -> str:
    return f"{_start(number) + later:%Y-%m-%d %H:%M:%S}"


def _zoneless(number: int, later: timedelta = timedelta(0)) -> str:
    return f"{_start(number) + later:%Y-%m-%dT%H:%M:%S}"


def _epoch(number: int) -> int:
    return int(_start(number).timestamp())
