"""The scopes of keys, whole: every kind of key on every route, for every backend and field."""

import hashlib
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from gateway.config import AuthSettings, KeySettings
from gateway.config.settings import Action
from gateway.spi import Operation
from tests.support.clinic import clinic, install_clinic
from tests.support.gateway import Answer, Gateway, backend, running, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

WARD, LAB = "ward", "lab"
OPERATIONS = (Operation.CREATE, Operation.KEEPALIVE, Operation.END)

# The texts of the person, by what hides them: in the ward, where the adapter marks what is
# personal, and in the lab, where it does not.
TEXTS = {
    "canary-native-status": (),
    "canary-title": (),
    "canary-user-id": ("user", "personal@ward"),
    "canary-user-name": ("user", "personal@ward"),
    "canary-user-origin": ("user", "personal@ward"),
    "canary-device-serial": ("device",),
    "canary-device-name": ("device",),
    "canary-client": (),
    "canary-space-id": (),
    "canary-space-name": (),
    "canary-language": (),
    "canary-tag": ("personal@ward",),
    "canary-birth": ("attributes.birth", "personal@ward"),
    "canary-mail": ("attributes.mail",),
    "canary-notes": ("attributes.chart", "attributes.chart.notes", "personal@ward"),
    "canary-ward": ("attributes.chart",),
}

# How each text is asked for; those of nested attributes cannot be.
FILTERS = {
    "user": "canary-user-id",
    "device": "canary-device-serial",
    "client": "canary-client",
    "space": "canary-space-id",
    "language": "canary-language",
    "tag": "canary-tag",
    "native_status": "canary-native-status",
    "attributes.birth": "canary-birth",
    "attributes.mail": "canary-mail",
    "attributes.BIRTH": "canary-birth",
    "attributes.whocame": "canary-user-origin",
}
SEARCHES = ("canary-title", "canary-user-name", "canary-device-name", "canary-space-name")
SORTS = {"title": "canary-title", "user": "canary-user-id"}
GROUPINGS = ("user", "space", "language", "client", "device")

REDACTIONS: tuple[tuple[str, ...], ...] = (
    (),
    ("raw",),
    ("user",),
    ("device",),
    ("personal",),
    ("attributes.mail",),
    ("attributes.chart",),
    ("attributes.chart.notes",),
    ("user", "attributes.birth"),
    ("personal", "device", "attributes.chart"),
)
VISIBLE: tuple[tuple[str, ...], ...] = (("*",), (WARD,), (LAB,))
ACTIONS: tuple[tuple[Action, ...], ...] = (
    (Action.READ,),
    (Action.WRITE,),
    (Action.ADMIN,),
    (Action.READ, Action.WRITE),
)


@dataclass(frozen=True)
class Key:
    """A key, and what it should mean."""

    redact: tuple[str, ...]
    backends: tuple[str, ...]
    actions: tuple[Action, ...]

    @property
    def text(self) -> str:
        return "/".join(map("+".join, (self.redact, self.backends, self.actions)))

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.text}

    @property
    def visible(self) -> list[str]:
        return [name for name in (WARD, LAB) if {name, "*"} & {*self.backends}]

    @property
    def settings(self) -> KeySettings:
        return KeySettings(
            name=hashlib.sha256(self.text.encode()).hexdigest()[:20],
            sha256=hashlib.sha256(self.text.encode()).hexdigest(),
            backends=self.backends,
            actions=self.actions,
            redact=self.redact,
        )

    def hides(self, text: str, *backends: str) -> bool:
        """Say whether a text is hidden in one of the backends."""
        words = {*self.redact, *(f"{each}@{name}" for each in self.redact for name in backends)}
        return bool(words & {*TEXTS[text]})


KEYS = [Key(*each) for each in itertools.product(REDACTIONS, VISIBLE, ACTIONS)]
READERS = [key for key in KEYS if key.actions == (Action.READ,)]
WRITERS = [key for key in KEYS if Action.WRITE in key.actions]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    with pytest.MonkeyPatch.context() as patch:
        install_clinic(tmp_path_factory.mktemp("clinic"), patch)
        async with clinic() as url:
            configured = settings_for(
                backend("clinic", {"url": url}, name=WARD, operations=OPERATIONS),
                backend("clinic", {"url": url, "marks": False}, name=LAB, operations=OPERATIONS),
                auth=AuthSettings(keys=tuple(key.settings for key in KEYS)),
                cursor={"keys": ["the key of the gateway's cursors"]},
            )
            async with running(configured) as gateway:
                yield gateway


def ids(key: Key) -> str:
    return key.text


def check_told(key: Key, session: dict[str, Any]) -> None:
    """Check that a session tells everything but what is hidden."""
    written = json.dumps(session)
    for text in TEXTS:
        assert (text in written) is not key.hides(text, session["backend"]), text


@pytest.mark.parametrize("key", KEYS, ids=ids)
async def test_every_route_asks_for_its_action(gateway: Gateway, key: Key) -> None:
    [name, *_] = key.visible
    may_read, may_write = Action.READ in key.actions, Action.WRITE in key.actions
    may_administer = Action.ADMIN in key.actions
    expected = {
        ("GET", "/v1/sessions"): may_read,
        ("GET", "/v1/sessions/summary?by=status"): may_read,
        ("GET", f"/v1/sessions/{name}:1"): may_read,
        ("GET", "/v1/backends"): may_read or may_administer,
        ("GET", f"/v1/backends/{name}"): may_read or may_administer,
        ("POST", f"/v1/sessions/{name}:1/keepalive"): may_write,
        ("POST", f"/v1/sessions/{name}:1/end"): may_write,
    }

    for (method, path), is_let_in in expected.items():
        answer = await gateway.call(method, path, headers=key.headers)

        assert answer.status == (200 if is_let_in else 403), (method, path, answer.body)
        assert is_let_in or answer.body["code"] == "forbidden"


@pytest.mark.parametrize("key", READERS, ids=ids)
async def test_every_answer_lacks_what_is_hidden_and_nothing_else(
    gateway: Gateway, key: Key
) -> None:
    lines = key.headers | {"Accept": "application/x-ndjson"}

    page = await gateway.get("/v1/sessions", headers=key.headers)
    url = f"{gateway.address}/v1/sessions"
    async with gateway.client.get(url, headers=lines) as response:
        *streamed, _ = [json.loads(line) for line in (await response.text()).splitlines()]
    found = [
        (await gateway.get(f"/v1/sessions/{name}:1", headers=key.headers)).body["data"]
        for name in key.visible
    ]

    assert {each["backend"] for each in page.body["data"]} == {*key.visible}
    assert page.body["data"] == streamed
    for session in (*page.body["data"], *found):
        check_told(key, session)


@pytest.mark.parametrize("key", READERS, ids=ids)
async def test_fields_that_are_hidden_are_null_where_they_are_asked_for(
    gateway: Gateway, key: Key
) -> None:
    names = "backend,user,device,tags,title"

    answer = await gateway.get("/v1/sessions", headers=key.headers, fields=names)

    for session in answer.body["data"]:
        name = session["backend"]
        assert (session["user"] is None) is key.hides("canary-user-id", name)
        assert (session["device"] is None) is key.hides("canary-device-name", name)
        assert (session["tags"] == []) is key.hides("canary-tag", name)
        assert session["title"] == "canary-title"


@pytest.mark.parametrize("key", WRITERS, ids=ids)
async def test_what_a_write_leaves_is_told_like_any_other(gateway: Gateway, key: Key) -> None:
    for name in key.visible:
        body = {"backend": name, "title": "t"}
        answers = [
            await gateway.post("/v1/sessions", body, headers=key.headers),
            await gateway.post(f"/v1/sessions/{name}:1/keepalive", headers=key.headers),
            await gateway.post(f"/v1/sessions/{name}:1/end", headers=key.headers),
        ]

        assert [answer.status for answer in answers] == [201, 200, 200]
        for answer in answers:
            check_told(key, answer.body["data"])


def asked(key: Key) -> Iterator[list[str]]:
    """Give the ways of asking: all that the key sees, and each alone."""
    yield []
    yield from ([name] for name in key.visible)


@pytest.mark.parametrize("key", READERS, ids=ids)
async def test_nothing_is_filtered_by_what_is_hidden_whether_it_is_there_or_not(
    gateway: Gateway, key: Key
) -> None:
    for names in asked(key):
        for parameter, text in FILTERS.items():
            there, nowhere = [
                await gateway.get(
                    "/v1/sessions", headers=key.headers, backend=names, **{parameter: value}
                )
                for value in (text, "nobody has this")
            ]

            if key.hides(text, *(names or key.visible)):
                check_refused(there, parameter)
                assert (nowhere.status, nowhere.body) == (there.status, there.body)
            else:
                is_named_otherwise = parameter in ("attributes.BIRTH", "attributes.whocame")
                assert (there.status, nowhere.body["data"]) == (200, [])
                assert bool(there.body["data"]) is not is_named_otherwise


def check_refused(answer: Answer, parameter: str) -> None:
    assert answer.status == 400, answer.body
    assert answer.body["code"] == "hidden_field"
    [error] = answer.body["errors"]
    assert error["parameter"] == parameter
    assert error["detail"].endswith("is hidden from this key")


@pytest.mark.parametrize("key", READERS, ids=ids)
async def test_nothing_is_sorted_or_counted_by_what_is_hidden(gateway: Gateway, key: Key) -> None:
    for names in asked(key):
        for field, text in SORTS.items():
            sort = f"-{field}"
            answer = await gateway.get(
                "/v1/sessions", headers=key.headers, backend=names, sort=sort
            )
            if key.hides(text, *(names or key.visible)):
                check_refused(answer, "sort")
            else:
                assert answer.status == 200
        for by in GROUPINGS:
            answer = await gateway.get(
                "/v1/sessions/summary", headers=key.headers, backend=names, by=by
            )
            if key.hides(FILTERS[by], *(names or key.visible)):
                check_refused(answer, "by")
            else:
                assert answer.body["data"][0][by].startswith(f"canary-{by}")


@pytest.mark.parametrize("key", READERS, ids=ids)
async def test_a_search_finds_nobody_by_what_is_hidden(gateway: Gateway, key: Key) -> None:
    for text in SEARCHES:
        answer = await gateway.get("/v1/sessions", headers=key.headers, q=text)

        found = {session["backend"] for session in answer.body["data"]}
        assert found == (set() if key.hides(text, *key.visible) else {*key.visible})
        assert answer.body["complete"] is True


@pytest.mark.parametrize("key", READERS, ids=ids)
async def test_records_are_given_as_they_came_only_where_nothing_is_hidden(
    gateway: Gateway, key: Key
) -> None:
    answer = await gateway.get("/v1/sessions", headers=key.headers, include="raw", limit=1)

    if key.redact:
        assert (answer.status, answer.body["code"]) == (403, "forbidden")
        assert "canary" not in json.dumps(answer.body)
    else:
        assert "canary-birth" in json.dumps(answer.body["data"][0]["raw"])


@pytest.mark.parametrize("key", READERS, ids=ids)
async def test_what_a_key_may_not_see_is_answered_as_what_does_not_exist(
    gateway: Gateway, key: Key
) -> None:
    for name in {WARD, LAB} - {*key.visible}:
        for path in ("/v1/sessions?backend={}", "/v1/sessions/summary?by=user&backend={}"):
            hidden, absent = [
                await gateway.get(path.format(each), headers=key.headers)
                for each in (name, "nowhere")
            ]
            assert (hidden.status, hidden.body) == (absent.status, absent.body)
            assert hidden.status == 400
        for path in ("/v1/sessions/{}:1", "/v1/backends/{}"):
            answers = [
                await gateway.get(path.format(each), headers=key.headers)
                for each in (name, "nowhere")
            ]
            for answer in answers:
                del answer.body["instance"]  # the path that was called
            assert answers[0].body == answers[1].body
            assert [answer.status for answer in answers] == [404, 404]


async def test_a_plan_shows_where_a_search_looks_and_nothing_hidden(gateway: Gateway) -> None:
    key = Key(("user",), ("*",), (Action.READ,))

    answer = await gateway.get("/v1/sessions", headers=key.headers, q="anna", explain="true")

    [condition] = answer.body["plan"][WARD]["residual"]
    assert condition == {"words": "anna", "within": ["title", "device", "space"], "field": "q"}
    assert answer.body["plan"][WARD]["pushed"] == []


async def test_a_cursor_crosses_no_scope(gateway: Gateway) -> None:
    cursors = {}
    for key in READERS:
        page = await gateway.get("/v1/sessions", headers=key.headers, backend=key.visible, limit=2)
        cursors[key] = page.body["page"]["next"]

    for one, other in itertools.product(READERS, READERS):
        answer = await gateway.get(
            "/v1/sessions",
            headers=other.headers,
            backend=one.visible,
            cursor=cursors[one],
        )
        if one is other:
            assert answer.status == 200
        else:
            is_seen = {*one.visible} <= {*other.visible}
            code = "cursor_mismatch" if is_seen else "invalid_parameter"
            assert (answer.status, answer.body["code"]) == (400, code)
