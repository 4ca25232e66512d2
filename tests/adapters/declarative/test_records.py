"""How a record becomes a session by the map of a file."""

from datetime import UTC, datetime

import pytest

from gateway.spi import Client, Json, Named, Participants, Rejected, Space, Status
from tests.adapters.declarative.maps import mapped, outcome, records_of, session

END = "2026-11-22T11:00:00Z"


def at(hour: int) -> datetime:
    return datetime(2026, 11, 22, hour, tzinfo=UTC)


def test_every_field_finds_its_place_and_the_rest_are_attributes() -> None:
    record = {
        "label": "Study 4",
        "who": {"id": 7, "name": "Ada", "age": 36},
        "headset": "H1",
        "app": "Orbit",
        "release": 2,
        "room": {"id": "r1", "name": "Lab"},
        "lang": "1",
        "topics": ["eeg", "vr"],
        "people": {"now": 1, "most": "3", "all": 4},
        "odd": [1, {"a": None}],
    }

    told = session(
        record,
        title={"at": "label"},
        user__id={"at": "who.id"},
        user__name={"at": "who.name"},
        device__id={"at": "headset"},
        client__name={"at": "app"},
        client__version={"at": "release"},
        space__kind="room",
        space__id={"at": "room.id"},
        space__name={"at": "room.name"},
        language={"at": "lang", "values": {"1": "en", "2": "fr"}},
        tags={"at": "topics"},
        participants__current={"at": "people.now"},
        participants__peak={"at": "people.most"},
        participants__total={"at": "people.all"},
    )

    assert told.id == "lab:1"
    assert told.title == "Study 4"
    assert told.user == Named("7", "Ada")
    assert told.device == Named("H1", None)
    assert told.client == Client("Orbit", "2")
    assert told.space == Space("room", "r1", "Lab")
    assert told.language == "en"
    assert told.tags == ("eeg", "vr")
    assert told.participants == Participants(1, 3, 4)
    assert told.attributes == {"who": {"age": 36}, "odd": [1, {"a": None}]}


def test_what_the_vendor_does_not_tell_is_none() -> None:
    told = session(
        {"label": "", "who": None},
        title={"at": "label"},
        user__id={"at": "who.id"},
        tags={"at": "topics"},
        space__id={"at": "room"},
        participants__peak={"at": "most"},
    )

    assert (told.title, told.user, told.tags, told.space) == (None, None, (), None)
    assert told.participants is None
    assert told.status is Status.UNKNOWN
    assert told.attributes == {"who": None}


@pytest.mark.parametrize("record", [{}, {"id": None}, {"id": ""}, {"id": True}, {"id": 1.5}, []])
def test_a_record_without_a_usable_id_is_no_session(record: Json) -> None:
    assert isinstance(outcome(records_of(), record), Rejected)


def test_an_id_may_lie_deeper_or_be_found_by_an_expression() -> None:
    deep = records_of(native_id={"at": "meta.key"})
    joined = records_of(native_id={"expr": "join('-', [place, key])"})

    assert "lab:9" in repr(outcome(deep, {"meta": {"key": 9}}))
    assert "lab:oslo-9" in repr(outcome(joined, {"place": "oslo", "key": "9"}))


def test_what_cannot_be_read_is_none_reported_and_left_as_it_is() -> None:
    found = mapped(
        {"times": {"begin": "soon", "finish": END}, "label": ["a"]},
        started_at={"at": "times.begin"},
        ended_at={"at": "times.finish"},
        title={"at": "label"},
    )

    assert found.session.started_at is None
    assert found.session.title is None
    assert found.session.ended_at == at(11)
    assert found.session.attributes == {"times": {"begin": "soon"}, "label": ["a"]}
    assert found.unreadable == ("label", "times.begin")


def test_a_way_that_leads_through_something_else_than_an_object_cannot_be_read() -> None:
    found = mapped({"times": 5}, started_at={"at": "times.begin"})

    assert found.unreadable == ("times.begin",)
    assert found.session.attributes == {"times": 5}


def test_an_expression_leaves_what_it_looks_at() -> None:
    people = [{"role": "host", "id": 1}, {"role": "subject", "id": 2}]

    told = session({"people": people}, user__id={"expr": "people[?role=='subject'] | [0].id"})

    assert told.user == Named("2", None)
    assert told.attributes == {"people": people}


def test_an_expression_that_fails_names_what_it_looks_at() -> None:
    found = mapped({"people": 5, "size": "x"}, title={"expr": "join(size, people)"})

    assert found.session.title is None
    assert found.unreadable == ("people", "size")
    assert found.session.attributes == {"people": 5, "size": "x"}


def test_two_fields_may_read_the_same() -> None:
    told = session({"room": "Lab"}, title={"at": "room"}, space__name={"at": "room"})

    assert (told.title, told.space) == ("Lab", Space("space", None, "Lab"))
    assert told.attributes == {}


def test_what_one_of_two_fields_cannot_read_stays_and_is_told_once() -> None:
    found = mapped(
        {"room": "Lab"}, title={"at": "room"}, started_at={"at": "room"}, ended_at={"at": "room"}
    )

    assert found.session.title == "Lab"
    assert found.session.attributes == {"room": "Lab"}
    assert found.unreadable == ("room",)


def test_a_field_that_is_read_whole_and_in_part_stays_where_the_whole_cannot_be_read() -> None:
    fields = {"device__id": {"at": "headset"}, "device__name": {"at": "headset.label"}}
    headset = {"id": "H1", "label": "Blue"}

    found = mapped({"headset": headset}, **fields)

    assert found.session.device == Named(None, "Blue")
    assert found.session.attributes == {"headset": headset}
    assert found.unreadable == ("headset",)


def test_the_first_way_that_leads_to_a_value_counts_and_another_value_stays() -> None:
    title = {"at": "label", "or_at": ["meta.label"]}

    by_one = session({"meta": {"label": "B"}}, title=title)
    by_both = session({"label": "A", "meta": {"label": "B"}}, title=title)
    by_none = session({"label": None, "meta": {}}, title=title)

    assert (by_one.title, by_one.attributes) == ("B", {})
    assert (by_both.title, by_both.attributes) == ("A", {"meta": {"label": "B"}})
    assert (by_none.title, by_none.attributes) == (None, {"meta": {}})


def test_the_second_way_is_taken_where_the_first_value_cannot_be_read() -> None:
    found = mapped({"label": {}, "name": "B"}, title={"at": "label", "or_at": ["name"]})

    assert found.session.title == "B"
    assert found.session.attributes == {"label": {}}
    assert found.unreadable == ("label",)


def test_a_default_stands_for_what_is_missing_and_not_for_what_cannot_be_read() -> None:
    language = {"at": "lang", "default": "en"}

    assert session({}, language=language).language == "en"
    assert mapped({"lang": {}}, language=language).session.language is None


def test_what_every_record_has_is_reported_where_it_is_missing() -> None:
    found = mapped({"label": ""}, title={"at": "label", "required": True})

    assert found.unreadable == ("label",)
    assert found.session.attributes == {"label": ""}


def test_a_word_may_stand_for_no_value() -> None:
    told = session({"owner": "Basic"}, user__name={"at": "owner", "none_if": ["Basic"]})

    assert told.user is None


def test_words_that_stand_for_the_same_stay_to_tell_which_it_was() -> None:
    words = {"at": "lang", "values": {"1": "en", "2": "en", "3": "fr"}}

    told = session({"lang": 2}, language=words)

    assert (told.language, told.attributes) == ("en", {"lang": 2})
    assert session({"lang": "de"}, language=words).language == "de"


def test_the_zone_of_times_without_an_offset_may_be_an_option() -> None:
    zone = {"at": "begin", "zone": "${options.zone}"}
    records = records_of(started_at=zone, options={"zone": "Europe/Paris"})

    found = outcome(records, {"id": 1, "begin": "2026-11-22T10:00:00"})
    assert not isinstance(found, Rejected)
    assert found.session.started_at == at(9)
