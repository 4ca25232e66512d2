"""Canopsis: its options, and what becomes of its recorded documents."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.canopsis import CanopsisAdapter, CanopsisOptions
from gateway.spi import Mapped, Named, Operation, Rejected, Status
from tests.support.adapters import NOON, mapped, provenance, rejected
from tests.support.payloads import raw, recording

NOON_SECOND = int(NOON.timestamp())


def built(**options: object) -> CanopsisAdapter:
    """Build an adapter that lets in with a key."""
    plain = {"url": "https://canopsis.example", "auth_key": "a-key"}
    return CanopsisAdapter(CanopsisOptions.model_validate(plain | options))


ADAPTER = built()


def document(**fields: object) -> dict[str, object]:
    """Build a document as the server sends it: started and last seen a minute before noon."""
    plain: dict[str, object] = {
        "_id": "957a2754-3dd2-453d-bfb7-87e2394cf6d3",
        "id_beaker_session": "bWFyaWVfMTc5NTM0ODc0MA==",
        "username": "marie",
        "start": NOON_SECOND - 60,
        "last_ping": NOON_SECOND - 60,
        "last_visible_ping": NOON_SECOND - 60,
        "last_visible_path": "None",
        "visible_duration": 0,
        "tab_duration": {},
    }
    return plain | fields


def test_a_recorded_document_maps_field_by_field() -> None:
    body = recording("canopsis/final-06-list-filters.json")["collection_after"][0]

    session = mapped(ADAPTER, raw(body)).session

    assert session.id == "here:00000000-0000-4000-8000-000000000001"
    assert session.native_id == "00000000-0000-4000-8000-000000000001"
    assert session.vendor == "canopsis"
    assert session.status is Status.ENDED
    assert session.native_status is None
    assert session.started_at == datetime(2019, 11, 19, 8, 0, tzinfo=UTC)
    assert session.ended_at == datetime(2019, 11, 19, 17, 0, tzinfo=UTC)
    assert session.last_activity_at == session.ended_at
    assert session.duration_s == 32400
    assert session.user == Named(name="jacques")
    assert (session.title, session.device, session.client, session.space) == (None,) * 4
    assert session.inferred == ("status", "ended_at")
    assert session.attributes == {
        "id_beaker_session": "amFjcXVlc18xNTc0MTUwNDAw",
        "last_visible_ping": 1574182800,
        "last_visible_path": [
            "/view/da7ac9b9-db1c-4435-a1f2-edb4d6be4db8",
            "view-tab_edd5855b-54f1-4c51-9550-d88c2da60768",
        ],
        "visible_duration": 3750,
        "tab_duration": {
            "/view/da7ac9b9-db1c-4435-a1f2-edb4d6be4db8": {
                "view-tab_edd5855b-54f1-4c51-9550-d88c2da60768": 3000
            },
            "/view/other-view": {"other-tab": 50},
            "/exploitation/pbehaviors": 700,
        },
    }


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("final-03-lifecycle", 2),
        ("final-05-bad-bodies", 1),
        ("final-06-list-filters", 10),
        ("final-08-key-per-request", 6),
        ("v2020-03-lifecycle", 2),
        ("v2020-05-bad-bodies", 1),
        ("v2020-06-list-filters", 10),
        ("v2020-08-key-per-request", 3),
    ],
)
def test_every_recorded_document_maps_whole(name: str, count: int) -> None:
    bodies = recording(f"canopsis/{name}.json")["collection_after"]

    results = [mapped(ADAPTER, raw(body)) for body in bodies]

    assert [result.session.native_id for result in results] == [body["_id"] for body in bodies]
    assert [result.unreadable for result in results] == [()] * count


def test_an_active_session_has_neither_an_end_nor_a_duration() -> None:
    session = mapped(ADAPTER, raw(document())).session

    assert session.status is Status.ACTIVE
    assert session.last_activity_at == NOON - timedelta(seconds=60)
    assert session.ended_at is None
    assert session.duration_s is None
    assert session.inferred == ("status",)


@pytest.mark.parametrize(
    ("silence", "status"),
    [(299, Status.ACTIVE), (300, Status.ENDED), (301, Status.ENDED), (-5, Status.ACTIVE)],
)
def test_a_session_is_active_for_less_than_300_seconds_after_its_last_ping(
    silence: int, status: Status
) -> None:
    record = raw(document(start=NOON_SECOND - 900, last_ping=NOON_SECOND - silence))

    assert mapped(ADAPTER, record).session.status is status


def test_a_server_with_another_window_is_read_by_that() -> None:
    record = raw(document(start=NOON_SECOND - 900, last_ping=NOON_SECOND - 60))

    assert mapped(built(active_window_s=60), record).session.status is Status.ENDED
    assert mapped(built(active_window_s=60.5), record).session.status is Status.ACTIVE


def test_seconds_with_a_fraction_are_read_as_they_are() -> None:
    session = mapped(ADAPTER, raw(document(start=1795328814.5, last_ping=1795328815.75))).session

    assert session.started_at == datetime(2026, 11, 22, 6, 26, 54, 500000, tzinfo=UTC)
    assert session.duration_s == 1.25


@pytest.mark.parametrize("name", ["last_visible_path", "tab_duration", "new_field"])
@pytest.mark.parametrize("value", ["None", ["/view/x"], ["/view/x", "tab"], {"/p": 1}, 7, None])
def test_what_has_no_canonical_place_stays_as_it_is(name: str, value: object) -> None:
    result = mapped(ADAPTER, raw(document(**{name: value})))

    assert result.session.attributes[name] == value
    assert result.unreadable == ()


@pytest.mark.parametrize("name", [None, ""])
def test_a_session_without_a_name_has_no_user(name: str | None) -> None:
    assert mapped(ADAPTER, raw(document(username=name))).session.user is None


@pytest.mark.parametrize("last_ping", ["noon", True, 1e300, [1], NOON_SECOND - 61])
def test_an_unreadable_last_ping_leaves_the_status_unknown(last_ping: object) -> None:
    result = mapped(ADAPTER, raw(document(last_ping=last_ping)))

    assert result.unreadable == ("last_ping",)
    assert result.session.attributes["last_ping"] == last_ping
    assert result.session.status is Status.UNKNOWN
    assert result.session.last_activity_at is None
    assert result.session.inferred == ()


def test_an_unreadable_start_and_user_are_null_and_keep_their_originals() -> None:
    result = mapped(ADAPTER, raw(document(start="1574150400", username=["marie"])))

    assert result.unreadable == ("start", "username")
    assert result.session.started_at is None
    assert result.session.user is None
    assert result.session.attributes["start"] == "1574150400"
    assert result.session.attributes["username"] == ["marie"]


@pytest.mark.parametrize(
    "record", [document(_id=None), document(_id=""), document(_id=1.5), {"id": "x"}, [], "x", None]
)
def test_a_record_without_a_usable_id_is_rejected(record: object) -> None:
    assert "record" in rejected(ADAPTER, raw(record)).reason


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.sampled_from([*document(), "more"]), JSON)


@settings(deadline=None)
@given(JSON | DOCUMENTS)
def test_no_json_makes_the_mapping_fail(value: object) -> None:
    result = ADAPTER.normalise(raw(value), provenance("canopsis"))

    assert isinstance(result, Mapped | Rejected)


@settings(deadline=None)
@given(DOCUMENTS)
def test_no_field_of_a_document_is_lost(value: dict[str, object]) -> None:
    fields = value | {"_id": "x"}

    session = mapped(ADAPTER, raw(fields)).session

    assert fields.keys() - session.attributes.keys() <= {"_id", "start", "last_ping", "username"}


@settings(deadline=None)
@given(st.binary())
def test_no_bytes_make_the_mapping_fail(value: bytes) -> None:
    assert isinstance(
        ADAPTER.normalise(msgspec.Raw(value), provenance("canopsis")), Mapped | Rejected
    )


@pytest.mark.parametrize(
    "credentials",
    [{}, {"username": "root"}, {"password": "hidden"}],
)
def test_options_without_credentials_say_what_to_give(credentials: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        CanopsisOptions.model_validate({"url": "https://canopsis.example", **credentials})

    assert "auth_key, or username and password" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"active_window_s": 0},
        {"active_window_s": float("inf")},
        {"active_window_s": float("nan")},
        {"auth_key": ""},
        {"dialect": "v2021"},
        {"dialect": None},
        {"password": "hidden"},
        {"limit": 10},
    ],
)
def test_an_option_that_cannot_work_is_refused_without_repeating_it(
    options: dict[str, object],
) -> None:
    with pytest.raises(ValidationError) as caught:
        built(**options)

    assert "input_value" not in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("dialect", ["auto", "final", "v2020"])
def test_only_who_has_a_name_can_write(dialect: str) -> None:
    nobody = built(dialect=dialect)
    by_key = built(dialect=dialect, username="marie")
    by_password = built(dialect=dialect, auth_key=None, username="marie", password="marie")

    assert nobody.abilities().operations == {}
    for adapter in (by_key, by_password):
        operations = adapter.abilities().operations
        assert {operation: set(fields) for operation, fields in operations.items()} == {
            Operation.CREATE: set(),
            Operation.KEEPALIVE: {"visible", "path", "tab"},
            Operation.HIDE: {"path", "tab"},
        }


def test_options_do_not_show_their_secrets() -> None:
    options = CanopsisOptions.model_validate(
        {
            "url": "https://canopsis.example",
            "auth_key": "hidden",
            "username": "marie",
            "password": "hidden",
        }
    )

    assert "hidden" not in repr(options)
