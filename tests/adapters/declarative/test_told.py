"""What follows from a map beside the sessions."""

from gateway.spi import Field
from tests.adapters.declarative.maps import records_of

ALL = frozenset(Field) - {
    *(Field.BACKEND, Field.VENDOR, Field.NATIVE_ID, Field.TEXT, Field.ATTRIBUTES),
}


def test_what_no_part_of_the_map_feeds_is_absent() -> None:
    assert records_of().absent == ALL
    assert records_of(title={"at": "label"}).absent == ALL - {Field.TITLE}
    assert records_of(user__name={"at": "who"}).absent == ALL - {Field.USER}
    assert records_of(tags={"at": "topics"}).absent == ALL - {Field.TAG}


def test_a_version_alone_is_no_client_that_can_be_asked_for() -> None:
    assert Field.CLIENT in records_of(client__version={"at": "release"}).absent


def test_words_for_the_status_are_the_native_status_too() -> None:
    words = {"at": "state", "values": {"LIVE": "active"}}
    truths = {"at": "live", "values": {"true": "active", "false": "ended"}}

    assert records_of(status=words).absent == ALL - {Field.STATUS, Field.NATIVE_STATUS}
    assert records_of(status=truths).absent == ALL - {Field.STATUS}


def test_a_duration_may_be_told_from_start_and_end() -> None:
    ends = {"started_at": {"at": "begin"}, "ended_at": {"at": "end"}}
    status = {"ended_with": "ended_at"}

    assert Field.DURATION in records_of(**ends).absent
    assert Field.DURATION not in records_of(**ends, status=status).absent
    assert Field.DURATION not in records_of(duration_s={"at": "lasted"}, status=status).absent


def test_what_is_required_is_always_there() -> None:
    records = records_of(
        started_at={"at": "begin", "required": True},
        user__id={"at": "who", "required": True},
        title={"at": "label"},
    )

    assert records.always == {Field.STARTED_AT, Field.USER}


def test_origins_are_the_vendors_own_fields() -> None:
    records = records_of(
        user__id={"at": "person.id", "or_at": ["owner"]},
        user__name={"expr": "(people[?role=='subject'].name | [0]) || nick"},
        status={"at": "state", "values": {"LIVE": "active"}},
    )

    assert records.origins == {
        "native_id": {"id"},
        "user": {"person", "owner", "people", "nick"},
        "status": {"state"},
        "native_status": {"state"},
    }


def test_who_and_what_takes_part_is_personal() -> None:
    assert records_of(title={"at": "label"}).personal == frozenset()
    assert records_of(user__id={"at": "a"}, device__id={"at": "b"}).personal == {"user", "device"}
