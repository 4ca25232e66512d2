"""Acme, a made-up vendor: visits to kiosks, as docs/adding-a-vendor.md has them.

``python examples/fake_acme.py`` runs it for whoever follows that page; its class serves as the
fake of a harness.
"""

import asyncio
import itertools
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web

KEY = "made-up-key"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = ("amélie", "Björn", "IDA", None)


@dataclass
class Visit:
    number: int
    started_at: datetime
    left: datetime | None

    @property
    def native_id(self) -> str:
        return str(self.number)

    @property
    def status(self) -> str:
        return "ended" if self.left else "active"

    @property
    def who(self) -> str | None:
        return NAMES[self.number % len(NAMES)]

    def record(self) -> dict[str, object]:
        return {
            "visit": self.number,
            "begun": int(self.started_at.timestamp()),
            "left": int(self.left.timestamp()) if self.left else None,
            "who": self.who,
            "kiosk": f"K-{self.number % 3}",
        }


class FakeAcme:
    def __init__(self, rows: int, largest_page: int = 100) -> None:
        self.largest_page = largest_page
        self.visits: dict[int, Visit] = {}
        self._numbers = itertools.count(1)
        for minutes in range(rows):  # three begin in one second
            start = NOW - timedelta(hours=2, minutes=minutes // 3)
            self._add(start, start + timedelta(seconds=90) if minutes % 2 else None)

    async def start(self, port: int = 0) -> str:
        app = web.Application()
        app.router.add_get("/visits", self._list)
        app.router.add_get("/visits/{number}", self._one)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    def options(self, address: str) -> dict[str, object]:
        return {"url": address, "key": KEY}

    def held(self) -> list[Visit]:
        return list(self.visits.values())

    def insert(self) -> None:
        self._add(NOW - timedelta(minutes=len(self.visits) * 7 % 200), None)

    def delete(self, native_id: str) -> None:
        del self.visits[int(native_id)]

    def _add(self, start: datetime, left: datetime | None) -> None:
        number = next(self._numbers)
        self.visits[number] = Visit(number, start, left)

    async def _list(self, request: web.Request) -> web.Response:
        _admit(request)
        who = request.query.get("who")
        found = sorted(self.visits.values(), key=_newest_first)
        if who is not None:
            found = [visit for visit in found if (visit.who or "").lower() == who.lower()]
        if "after" in request.query:
            last = self.visits.get(int(request.query["after"]))
            if last is None:
                raise web.HTTPNotFound
            found = [visit for visit in found if _newest_first(visit) > _newest_first(last)]
        size = min(int(request.query.get("limit", 10)), self.largest_page)
        return web.json_response([visit.record() for visit in found[:size]])

    async def _one(self, request: web.Request) -> web.Response:
        _admit(request)
        number = request.match_info["number"]
        visit = self.visits.get(int(number)) if number.isdecimal() else None
        if visit is None:
            raise web.HTTPNotFound
        return web.json_response(visit.record())


def _admit(request: web.Request) -> None:
    if request.headers.get("Authorization") != f"Bearer {KEY}":
        raise web.HTTPUnauthorized


def _newest_first(visit: Visit) -> tuple[int, int]:
    return -int(visit.started_at.timestamp()), -visit.number


async def _run(port: int) -> None:
    address = await FakeAcme(23).start(port)
    print(f"Acme is at {address}, for who says: Authorization: Bearer {KEY}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]) if len(sys.argv) > 1 else 8701))
