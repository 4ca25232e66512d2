"""Who is let in, and how often: keys that end, rates, failures by address, and proxies."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.simulators.roundware import RoundwareSimulator
from gateway.config import AuthSettings, BackendSettings, KeySettings, ServerSettings, Settings
from gateway.web.admission import FAILURES
from tests.support.adapters import NOON, noon
from tests.support.gateway import Answer, Gateway, backend, running, settings_for

PATH = "/v1/backends"


@dataclass
class Timer:
    """Lets as many seconds go by as a test wants."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
async def museum() -> AsyncIterator[BackendSettings]:
    simulator = RoundwareSimulator(rows=3, seed=4, clock=noon)
    address = await simulator.start()
    yield backend("roundware", simulator.options(address), name="museum")
    await simulator.stop()


def key(text: str, **settings: object) -> KeySettings:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return KeySettings.model_validate({"name": text, "sha256": digest, **settings})


def configured(museum: BackendSettings, *keys: KeySettings, **server: object) -> Settings:
    return settings_for(
        museum,
        server=ServerSettings.model_validate({"port": 0, **server}),
        auth=AuthSettings(keys=keys),
    )


def sent(text: str, **headers: str) -> dict[str, str]:
    return {"X-API-Key": text, **{name.replace("_", "-"): each for name, each in headers.items()}}


async def failures(gateway: Gateway, count: int, **headers: str) -> list[int]:
    """Call with a wrong key, so many times."""
    wrong = sent("wrong", **headers)
    return [(await gateway.get(PATH, headers=wrong)).status for _ in range(count)]


async def test_of_several_keys_each_lives_until_its_own_end(museum: BackendSettings) -> None:
    keys = (
        key("old", expires=NOON),
        key("ending", expires=NOON + timedelta(seconds=1)),
        key("new"),
    )
    now = NOON

    async with running(configured(museum, *keys), clock=lambda: now) as gateway:
        at_noon = [(await gateway.get(PATH, headers=sent(k.name))).status for k in keys]
        now += timedelta(seconds=1)
        later = [(await gateway.get(PATH, headers=sent(k.name))).status for k in keys]

    assert (at_noon, later) == ([401, 200, 200], [401, 401, 200])


async def test_an_expired_key_is_answered_as_an_unknown_one(museum: BackendSettings) -> None:
    async with running(configured(museum, key("old", expires=NOON))) as gateway:
        expired = await gateway.get(PATH, headers=sent("old"))
        unknown = await gateway.get(PATH, headers=sent("never"))

    assert (expired.status, expired.body) == (unknown.status, unknown.body)


def limits(answer: Answer) -> tuple[str | None, ...]:
    names = ("RateLimit-Policy", "RateLimit", "Retry-After")
    return tuple(answer.headers.get(name) for name in names)


async def test_a_key_is_held_to_its_rate_and_told_where_it_stands(
    museum: BackendSettings, timer: Timer
) -> None:
    settings = configured(museum, key("slow", rate="2/min"), key("free"))

    async with running(settings, timer=timer) as gateway:
        answers = [await gateway.get(PATH, headers=sent("slow")) for _ in range(3)]
        free = await gateway.get(PATH, headers=sent("free"))
        timer.now += 30
        afterwards = await gateway.get(PATH, headers=sent("slow"))

    policy = '"key";q=2;w=60'
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [limits(answer) for answer in answers] == [
        (policy, '"key";r=1;t=30', None),
        (policy, '"key";r=0;t=30', None),
        (policy, '"key";r=0;t=30', "30"),
    ]
    assert answers[2].body["code"] == "too_many_requests"
    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert (free.status, limits(free)) == (200, (None, None, None))
    assert (afterwards.status, limits(afterwards)) == (200, (policy, '"key";r=0;t=30', None))


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/sessions", {"Accept": "application/x-ndjson"}, 200),
        ("/v1/sessions?colour=red", {}, 400),
        ("/v1/nothing", {}, 404),
    ],
)
async def test_every_answer_to_a_key_with_a_rate_tells_what_is_left(
    museum: BackendSettings, timer: Timer, path: str, headers: dict[str, str], status: int
) -> None:
    async with running(configured(museum, key("slow", rate="9/h")), timer=timer) as gateway:
        url = gateway.address + path
        async with gateway.client.get(url, headers=sent("slow") | headers) as response:
            told = response.headers["RateLimit"]

    assert (response.status, told) == (status, '"key";r=8;t=400')


async def test_two_keys_spend_nothing_of_each_other(museum: BackendSettings, timer: Timer) -> None:
    keys = (key("one", rate="1/h"), key("other", rate="1/h"))

    async with running(configured(museum, *keys), timer=timer) as gateway:
        statuses = [
            (await gateway.get(PATH, headers=sent(each))).status
            for each in ("one", "other", "one", "other")
        ]

    assert statuses == [200, 200, 429, 429]


async def test_an_address_that_fails_too_often_is_told_to_wait(
    museum: BackendSettings, timer: Timer
) -> None:
    async with running(configured(museum, key("good")), timer=timer) as gateway:
        statuses = await failures(gateway, FAILURES.requests + 1)
        without = await gateway.get(PATH)
        good = await gateway.get(PATH, headers=sent("good"))
        timer.now += FAILURES.seconds / FAILURES.requests
        afterwards = await failures(gateway, 2)

    assert statuses == [401] * FAILURES.requests + [429]
    assert (without.status, without.body["code"]) == (429, "too_many_requests")
    assert limits(without) == ('"failures";q=60;w=60', '"failures";r=0;t=1', "1")
    assert good.status == 200, "nobody shuts out who has a good key"
    assert afterwards == [401, 429]


async def test_health_is_told_however_often(museum: BackendSettings, timer: Timer) -> None:
    async with running(configured(museum, key("slow", rate="1/h")), timer=timer) as gateway:
        await failures(gateway, FAILURES.requests + 1)
        answers = [await gateway.get("/healthz", headers=sent("slow")) for _ in range(3)]

    assert [answer.status for answer in answers] == [200] * 3


async def test_behind_a_trusted_proxy_each_client_is_counted_alone(
    museum: BackendSettings, timer: Timer
) -> None:
    settings = configured(museum, key("good"), trusted_proxies=["127.0.0.0/8"])

    async with running(settings, timer=timer) as gateway:
        await failures(gateway, FAILURES.requests, X_Forwarded_For="192.0.2.7")
        same = await failures(gateway, 1, X_Forwarded_For="203.0.113.9, 192.0.2.7")
        other = await failures(gateway, 1, Forwarded='for="192.0.2.8:4711"')

    assert (same, other) == ([429], [401])


async def test_a_stranger_is_one_whatever_is_forwarded(
    museum: BackendSettings, timer: Timer
) -> None:
    settings = configured(museum, key("good"), trusted_proxies=["192.0.2.0/24"])

    async with running(settings, timer=timer) as gateway:
        for number in range(FAILURES.requests):
            await failures(gateway, 1, X_Forwarded_For=f"198.51.100.{number}")
        one_more = await failures(gateway, 1, Forwarded="for=198.51.100.200")

    assert one_more == [429]


async def test_links_are_relative_whatever_a_proxy_says_of_the_way_here(
    museum: BackendSettings,
) -> None:
    settings = configured(museum, trusted_proxies=["127.0.0.1"])
    gone = backend("roundware", {"url": "http://127.0.0.1:9/api", "token": "t"}, name="gone")
    settings = settings.model_copy(update={"backends": (*settings.backends, gone)})
    forwarded = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=192.0.2.7;proto=https;host=evil.example",
    }

    async with running(settings) as gateway:
        answer = await gateway.get("/v1/sessions", headers=forwarded)

    assert answer.body["backends"]["gone"]["gap"]["link"].startswith("/v1/sessions?")
    assert "evil.example" not in f"{answer.body} {answer.headers}"
