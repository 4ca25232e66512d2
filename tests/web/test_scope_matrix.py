"""Every route, for every kind of key and of backend: the table is whole, and so are the answers.

A route that has no row fails. What keys that hide fields are told is in ``test_scopes.py``, and
by field in ``test_scope_fields.py``.
"""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.web.routes import routes
from tests.support.gateway import Gateway
from tests.web.scoping import (
    BACKENDS,
    FOREIGN,
    FOREIGN_OFF,
    KEYS,
    NOBODY,
    OFF,
    OWN,
    ROWS,
    UNKNOWN,
    Ask,
    Row,
    call,
    scoped,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with scoped(tmp_path_factory.mktemp("clinic")) as gateway:
        yield gateway


async def test_every_route_has_a_row() -> None:
    served = {
        (route.method, re.sub(r":[^}]*}", "}", route.path))
        for route in routes()
        if isinstance(route, web.RouteDef)
    }

    assert served == ROWS.keys()


def expected(row: Row, key: str, name: str) -> int:
    """Say how a route answers a key of a backend."""
    if not row.actions:
        return row.status
    if key in NOBODY:
        return 401
    if not row.actions & KEYS[key]:
        return 403
    if name == OWN:
        return row.status
    return row.off if name == OFF else row.absent


CASES = [(row, key) for row in ROWS for key in KEYS]


@pytest.mark.parametrize(("route", "key"), CASES, ids=str)
async def test_every_route_answers_every_key_of_every_backend_as_the_table_says(
    gateway: Gateway, route: tuple[str, str], key: str
) -> None:
    method, row = route[0], ROWS[route]
    for name in BACKENDS:
        for accept in row.accepts:
            told = await call(gateway, method, Ask(row, key, name, accept))

            status = expected(row, key, name)
            assert told.status == status, (name, accept, told.text)
            if status in (401, 403) and name == OWN:
                assert told.code == {401: "unauthorized", 403: "forbidden"}[status]
            if FOREIGN not in row.path.format(name):
                assert FOREIGN not in told.text, "what is not theirs is not named"


@pytest.mark.parametrize(("route", "key"), CASES, ids=str)
async def test_what_is_not_theirs_is_answered_as_what_does_not_exist(
    gateway: Gateway, route: tuple[str, str], key: str
) -> None:
    method, row = route[0], ROWS[route]
    if "application/json" not in row.accepts:
        return
    answers = [
        (await call(gateway, method, Ask(row, key, name, "application/json"))).without_its_path()
        for name in (UNKNOWN, FOREIGN, FOREIGN_OFF)
    ]

    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(("route", "key"), CASES, ids=str)
async def test_head_is_answered_as_get_is_and_options_and_others_without_a_key(
    gateway: Gateway, route: tuple[str, str], key: str
) -> None:
    method, row = route[0], ROWS[route]
    methods = {each for each, path in ROWS if path == route[1]}
    methods |= {"HEAD"} if "GET" in methods else set()
    if method == "GET":
        for name in BACKENDS:
            for accept in row.accepts:
                head = await call(gateway, "HEAD", Ask(row, key, name, accept))
                assert (head.status, head.text) == (expected(row, key, name), "")

    options = await call(gateway, "OPTIONS", Ask(row, key))
    assert options.status == 204
    assert set(options.headers["Allow"].split(", ")) == {*methods, "OPTIONS"}
    for other in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods:
        refused = await call(gateway, other, Ask(row, key))
        assert refused.status == 405, other
