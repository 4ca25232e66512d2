"""The HTTP API as clients meet it: parameters, cursors, ids, keys, and problems."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.simulators.roundware import RoundwareSimulator
from gateway.config import AuthSettings, KeySettings, Settings
from tests.support.adapters import NOON, noon
from tests.support.gateway import Answer, Gateway, backend, running, settings_for

NEVER_ASKED = {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"}


@pytest.fixture
async def museum() -> AsyncIterator[RoundwareSimulator]:
    simulator = RoundwareSimulator(rows=60, seed=4, clock=noon)
    yield simulator
    await simulator.stop()


@pytest.fixture
async def settings(museum: RoundwareSimulator) -> Settings:
    address = await museum.start()
    return settings_for(
        backend("roundware", museum.options(address), name="museum"),
        backend("roundware", museum.options(address), name="gallery"),
        backend("roundware", NEVER_ASKED, name="attic", enabled=False),
    )


@pytest.fixture
async def gateway(settings: Settings) -> AsyncIterator[Gateway]:
    async with running(settings) as gateway:
        yield gateway


def problem(answer: Answer, status: int, code: str) -> dict[str, object]:
    """Check that an answer is a whole problem document, and give it."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body: dict[str, object] = answer.body
    assert {"type", "title", "status", "detail", "instance", "code"} <= body.keys()
    assert body["status"] == status
    assert body["code"] == code, body
    return body


BAD_PARAMETERS = [
    ("colour=red", "colour", "unknown_parameter"),
    ("Status=active", "Status", "unknown_parameter"),
    ("=x", "", "unknown_parameter"),
    ("attributes.=red", "attributes.", "unknown_parameter"),
    ("attributes=red", "attributes", "unknown_parameter"),
    ("by=status", "by", "unknown_parameter"),
    ("sort=colour", "sort", "invalid_parameter"),
    ("sort=", "sort", "invalid_parameter"),
    ("sort=status", "sort", "invalid_parameter"),
    ("sort=user,-user", "sort", "invalid_parameter"),
    ("sort=user&sort=title", "sort", "repeated_parameter"),
    ("fields=colour", "fields", "invalid_parameter"),
    ("fields=", "fields", "invalid_parameter"),
    ("fields=raw", "fields", "invalid_parameter"),
    ("include=everything", "include", "invalid_parameter"),
    ("count=maybe", "count", "invalid_parameter"),
    ("require=nowhere", "require", "invalid_parameter"),
    ("require=attic", "require", "invalid_parameter"),
    ("explain=yes", "explain", "invalid_parameter"),
    ("min_duration=-5", "min_duration", "invalid_parameter"),
    ("max_duration=P1Y", "max_duration", "invalid_parameter"),
    ("ended_after=now", "ended_after", "invalid_parameter"),
    ("active_before=2026-11-22T06:00:00", "active_before", "invalid_parameter"),
    ("q=", "q", "invalid_parameter"),
    ("device=", "device", "invalid_parameter"),
    ("limit=0", "limit", "invalid_parameter"),
    ("limit=-1", "limit", "invalid_parameter"),
    ("limit=", "limit", "invalid_parameter"),
    ("limit=ten", "limit", "invalid_parameter"),
    ("limit=1.5", "limit", "invalid_parameter"),
    ("limit=%D9%A3", "limit", "invalid_parameter"),
    ("limit=5&limit=6", "limit", "repeated_parameter"),
    ("status=gone", "status", "invalid_parameter"),
    ("status=", "status", "invalid_parameter"),
    ("status=active&status=ACTIVE", "status", "invalid_parameter"),
    ("user=", "user", "invalid_parameter"),
    ("backend=nowhere", "backend", "invalid_parameter"),
    ("backend=museum&backend=nowhere", "backend", "invalid_parameter"),
    ("vendor=acme", "vendor", "invalid_parameter"),
    ("started_after=yesterday", "started_after", "invalid_parameter"),
    ("started_after=2026-11-22T10:00:00", "started_after", "invalid_parameter"),
    ("started_after=2026-11-22T10:00:00+01:00", "started_after", "invalid_parameter"),
    ("started_after=2026-13-01", "started_after", "invalid_parameter"),
    ("started_after=2026-W47-7", "started_after", "invalid_parameter"),
    ("started_after=20261122T060000Z", "started_after", "invalid_parameter"),
    ("started_after=2026-11-22T06Z", "started_after", "invalid_parameter"),
    ("started_after=2026-11-22T06:00Z", "started_after", "invalid_parameter"),
    ("started_after=0001-01-01T00:00:00%2B14:00", "started_after", "invalid_parameter"),
    ("started_before=1732271400", "started_before", "invalid_parameter"),
    ("started_before=2026-11-22&started_before=2026-11-23", "started_before", "repeated_parameter"),
    ("cursor=", "cursor", "invalid_cursor"),
    ("cursor=abc", "cursor", "invalid_cursor"),
    ("cursor=%00", "cursor", "invalid_cursor"),
    ("cursor=" + "A" * 5000, "cursor", "invalid_cursor"),
    ("cursor=a&cursor=b", "cursor", "repeated_parameter"),
    ("&".join(f"p{n}=1" for n in range(60)), "*", "too_many_parameters"),
]


@pytest.mark.parametrize(("query", "parameter", "code"), BAD_PARAMETERS)
async def test_a_bad_parameter_is_named(
    gateway: Gateway, museum: RoundwareSimulator, query: str, parameter: str, code: str
) -> None:
    answer = await gateway.get(f"/v1/sessions?{query}")

    body = problem(answer, 400, code)
    assert parameter in [error["parameter"] for error in body["errors"]]  # type: ignore[attr-defined]
    assert museum.requests == []


async def test_all_bad_parameters_are_named_at_once(gateway: Gateway) -> None:
    answer = await gateway.get("/v1/sessions", limit=0, colour="red", status="gone")

    body = problem(answer, 400, "unknown_parameter")
    assert [error["parameter"] for error in body["errors"]] == ["colour", "status", "limit"]  # type: ignore[attr-defined]


GOOD_PARAMETERS = [
    "limit=1001",
    "limit=99999999999999999999999",
    "limit=007",
    "started_after=2026-11-22",
    "started_after=2026-11-22T10:00:00Z",
    "started_after=2026-11-22T10:00:00.123456%2B01:00",
    "started_before=2026-11-22T10:00:00-05:00",
    "status=active&status=unknown",
    "backend=museum&backend=gallery",
    "vendor=roundware",
]


@pytest.mark.parametrize("query", GOOD_PARAMETERS)
async def test_a_good_parameter_is_taken(gateway: Gateway, query: str) -> None:
    answer = await gateway.get(f"/v1/sessions?{query}")

    assert answer.status == 200


async def test_a_limit_beyond_the_largest_is_clamped(gateway: Gateway) -> None:
    answer = await gateway.get("/v1/sessions", limit=5000)

    assert answer.body["page"] == {"limit": 1000, "next": None}


async def test_an_altered_cursor_is_refused_whichever_byte_it_is(gateway: Gateway) -> None:
    token = (await gateway.get("/v1/sessions", limit=3)).body["page"]["next"]

    for index in range(0, len(token), 5):
        other = "A" if token[index] != "A" else "B"
        altered = token[:index] + other + token[index + 1 :]
        problem(await gateway.get("/v1/sessions", cursor=altered), 400, "invalid_cursor")


async def test_a_cursor_belongs_to_its_query_but_not_to_its_limit(gateway: Gateway) -> None:
    token = (await gateway.get("/v1/sessions", limit=3)).body["page"]["next"]

    problem(await gateway.get("/v1/sessions", cursor=token, status="ended"), 400, "cursor_mismatch")
    problem(
        await gateway.get("/v1/sessions", cursor=token, backend="museum"), 400, "cursor_mismatch"
    )
    assert (await gateway.get("/v1/sessions", cursor=token, limit=9)).status == 200


async def test_a_backend_switched_off_is_skipped_if_named_and_unseen_if_not(
    gateway: Gateway,
) -> None:
    named = await gateway.get("/v1/sessions", backend=["attic", "museum"])
    unnamed = await gateway.get("/v1/sessions")

    assert named.body["backends"]["attic"]["status"] == "skipped"
    assert named.body["complete"] is False
    assert set(unnamed.body["backends"]) == {"museum", "gallery"}
    assert unnamed.body["complete"] is True


async def test_a_filter_that_no_asked_vendor_can_answer_is_refused(gateway: Gateway) -> None:
    answer = await gateway.get("/v1/sessions", user="somebody")

    body = problem(answer, 400, "filter_unanswerable")
    assert body["backends"]["museum"]["status"] == "unanswerable"  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/sessions/museum:999999", 404, "not_found"),
        ("/v1/sessions/museum:a%2Fb", 404, "not_found"),
        ("/v1/sessions/museum:%7Bid%7D", 404, "not_found"),
        ("/v1/sessions/museum:a%20b%25", 404, "not_found"),
        ("/v1/sessions/nowhere:1", 404, "not_found"),
        ("/v1/sessions/attic:1", 404, "not_found"),
        ("/v1/sessions/museum", 404, "not_found"),
        ("/v1/sessions/museum:", 404, "not_found"),
        ("/v1/sessions/museum:%FF", 400, "invalid_id"),
        ("/v1/backends/nowhere", 404, "not_found"),
        ("/v1/backends/museum?colour=red", 400, "unknown_parameter"),
        ("/v1/backends?colour=red", 400, "unknown_parameter"),
        ("/v1/sessions/museum:1?fields=id", 400, "unknown_parameter"),
        ("/v1/nothing", 404, "not_found"),
        ("/page", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_a_problem(
    gateway: Gateway, path: str, status: int, code: str
) -> None:
    problem(await gateway.get(path), status, code)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_a_wrong_method_is_told_the_right_ones(gateway: Gateway, method: str) -> None:
    answer = await gateway.call(method, "/v1/sessions")

    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


async def test_health_and_readiness_ask_no_vendor(
    gateway: Gateway, museum: RoundwareSimulator
) -> None:
    health = await gateway.get("/healthz")
    readiness = await gateway.get("/readyz")

    assert (health.status, health.body) == (200, {"status": "ok"})
    assert (readiness.status, readiness.body) == (200, {"status": "ready"})
    assert museum.requests == []


async def test_a_backend_says_what_it_can_do_itself(gateway: Gateway) -> None:
    answer = await gateway.get("/v1/backends/museum")

    told = answer.body["data"]
    assert told["name"] == "museum"
    assert told["vendor"] == "roundware"
    assert told["capabilities"]["paging"] == "single"
    assert told["capabilities"]["filters"]["user"] == {"any_of": "absent"}
    assert told["capabilities"]["filters"]["status"] == {"any_of": "unsupported"}
    assert told["health"] == {
        "last_success": None,
        "last_failure": None,
        "error": None,
        "breaker": {"state": "closed", "retry_after_s": None},
        "pause": None,
    }
    assert told["limits"]["concurrency"] == 8


READER = "sgw_reads_everything"
GUIDE = "sgw_reads_the_museum"
FORMER = "sgw_was_let_in_once"


def key(name: str, text: str, **settings: object) -> KeySettings:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return KeySettings.model_validate({"name": name, "sha256": digest, **settings})


@pytest.fixture
async def guarded(settings: Settings) -> AsyncIterator[Gateway]:
    keys = (
        key("reader", READER),
        key("guide", GUIDE, backends=["museum"]),
        key("former", FORMER, expires=NOON - timedelta(seconds=1)),
    )
    auth = AuthSettings(keys=keys)
    async with running(settings.model_copy(update={"auth": auth})) as gateway:
        yield gateway


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {READER}"},
        {"Authorization": READER},
        {"X-API-Key": "wrong"},
        {"X-API-Key": FORMER},
        {"X-API-Key": "\u00e4"},
    ],
)
async def test_without_a_good_key_nothing_is_told(
    guarded: Gateway, headers: dict[str, str]
) -> None:
    for path in ("/v1/sessions", "/v1/sessions/museum:1", "/v1/backends", "/v1/backends/museum"):
        answer = await guarded.get(path, headers=headers)

        problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {READER}"}, {"X-API-Key": READER}])
async def test_a_good_key_is_let_in(guarded: Gateway, headers: dict[str, str]) -> None:
    answer = await guarded.get("/v1/sessions", headers=headers)

    assert set(answer.body["backends"]) == {"museum", "gallery"}


async def test_what_a_key_may_not_see_does_not_exist_for_it(guarded: Gateway) -> None:
    headers = {"X-API-Key": GUIDE}

    page = await guarded.get("/v1/sessions", headers=headers)
    named = await guarded.get("/v1/sessions", headers=headers, backend="gallery")
    off = await guarded.get("/v1/sessions", headers=headers, backend="attic")
    single = await guarded.get("/v1/sessions/gallery:1", headers=headers)
    backends = await guarded.get("/v1/backends", headers=headers)

    assert set(page.body["backends"]) == {"museum"}
    assert page.body["complete"] is True
    problem(named, 400, "invalid_parameter")
    problem(off, 400, "invalid_parameter")
    problem(single, 404, "not_found")
    assert [each["name"] for each in backends.body["data"]] == ["museum"]
    assert "gallery" not in json.dumps([named.body["errors"], single.body["detail"]])


async def test_a_cursor_belongs_to_its_caller(guarded: Gateway) -> None:
    query = {"backend": "museum", "limit": 3}
    page = await guarded.get("/v1/sessions", headers={"X-API-Key": READER}, **query)

    answer = await guarded.get(
        "/v1/sessions", headers={"X-API-Key": GUIDE}, cursor=page.body["page"]["next"], **query
    )

    problem(answer, 400, "cursor_mismatch")


async def test_anonymous_readers_are_let_in_where_that_is_wanted(settings: Settings) -> None:
    auth = AuthSettings(anonymous=True, keys=(key("guide", GUIDE, backends=["museum"]),))

    async with running(settings.model_copy(update={"auth": auth})) as gateway:
        anybody = await gateway.get("/v1/sessions")
        guide = await gateway.get("/v1/sessions", headers={"X-API-Key": GUIDE})
        wrong = await gateway.get("/v1/sessions", headers={"X-API-Key": "wrong"})

    assert set(anybody.body["backends"]) == {"museum", "gallery"}
    assert set(guide.body["backends"]) == {"museum"}
    problem(wrong, 401, "unauthorized")
