"""Files whose fields, abilities, writes and errors do not fit together."""

from pathlib import Path

import pytest

from tests.adapters.declarative.specs import REST, SOCKET, told_of


@pytest.mark.parametrize(
    ("base", "old", "new", "told"),
    [
        pytest.param(
            REST,
            "    user: {eq",
            "    device: {eq",
            [
                "49:5: abilities.filters.device: the map has no device.id or device.name",
                (
                    "57:49: abilities.combine.exclusive[0][1]: no such filter; the filters are: "
                    "status, device, started_at"
                ),
            ],
            id="a filter on what is not mapped",
        ),
        pytest.param(
            REST,
            "  sorts:\n    started_at:",
            "  sorts:\n    last_activity_at:",
            ["59:5: abilities.sorts.last_activity_at: the map has no last_activity_at"],
            id="a sort by what is not mapped",
        ),
        pytest.param(
            REST,
            "at: filter.who}",
            "at: filter.who, values: from_map}",
            ["49:77: abilities.filters.user.send.values: the map has no values for user.id"],
            id="words that the map does not give",
        ),
        pytest.param(
            REST,
            "values: from_map}",
            "values: {running: LIVE}}",
            [
                (
                    "48:80: abilities.filters.status.send.values.running: must be active or "
                    "ended; other statuses are no vendor's"
                )
            ],
            id="words that are no statuses",
        ),
        pytest.param(
            REST,
            "ABORT: ended}",
            "ABORT: ended}\n    else: ended",
            [
                (
                    "49:71: abilities.filters.status.send.values: map.status.else has "
                    "other words mean ended, so no words find them all; leave the filter out"
                )
            ],
            id="a status that any word may mean",
        ),
        pytest.param(
            REST,
            ", values: from_map}",
            "}",
            [
                (
                    "48:25: abilities.filters.status.send.values: active and ended are no words "
                    "of the vendor's; say from_map"
                )
            ],
            id="canonical words sent as they are",
        ),
        pytest.param(
            REST,
            'pattern: "[0-9]+", ',
            "",
            [
                (
                    "49:5: abilities.filters.user: a question may mean user.id or user.name, and "
                    "the vendor compares one of them; say by a pattern which values it is"
                )
            ],
            id="a filter that may mean two things",
        ),
        pytest.param(
            REST,
            "[0-9]+",
            "[0-9",
            [
                (
                    "49:25: abilities.filters.user.pattern: is no regular expression: "
                    "unterminated character set"
                )
            ],
            id="no regular expression",
        ),
        pytest.param(
            REST,
            "user.name: {at: person}",
            "user.name: {at: person, default: nobody}",
            [
                (
                    "49:5: abilities.filters.user: records without user.name count as its "
                    "default here, and the vendor leaves them out; leave out the default or the "
                    "filter"
                )
            ],
            id="a default that the vendor does not know",
        ),
        pytest.param(
            REST,
            "[[status, user]]",
            "[[status, title]]",
            [
                (
                    "57:49: abilities.combine.exclusive[0][1]: no such filter; the filters are: "
                    "status, user, started_at"
                )
            ],
            id="a group of what is no filter",
        ),
        pytest.param(
            REST,
            "cast: epoch_ms, required",
            "cast: epoch_ms, zone: UTC, required",
            ["40:49: map.started_at.zone: has no effect with cast epoch_ms"],
            id="a zone without effect",
        ),
        pytest.param(
            SOCKET,
            "  native_id: {at: id}",
            "  native_id: {at: id}\n  status: {ended_with: ended_at}",
            ["14:12: map.status.ended_with: the map has no ended_at"],
            id="a status told from an end that is not mapped",
        ),
        pytest.param(
            REST,
            "at: meta.label",
            "at: meta.label, transform: upper",
            [("36:27: map.title.transform: no transform upper is installed; installed are: none")],
            id="no such transform",
        ),
        pytest.param(
            REST,
            "[attributes.notes]",
            "[notes]",
            [
                (
                    "45:12: personal[0]: must be attributes.NAME or one of attributes, client, "
                    "device, language, native_status, participants, space, tags, title, user"
                )
            ],
            id="what cannot be hidden",
        ),
        pytest.param(
            REST,
            "      attributes.notes:",
            "      notes:",
            [
                (
                    "33:7: writes.create.fields.notes: must be attributes.NAME or one of "
                    "client.name, client.version, device.id, device.name, ended_at, language, "
                    "native_status, space.id, space.name, started_at, title, user.id, user.name, "
                    "path, tab, visible"
                )
            ],
            id="a write of a field that nobody knows",
        ),
        pytest.param(
            REST,
            "op: get",
            "op: [get, end]",
            [("63:26: errors[1].when.op: there is no call end; the calls are: list, get, create")],
            id="a rule for a call that there is not",
        ),
        pytest.param(
            SOCKET,
            "rpc_code: -32001",
            "status: 401",
            [
                (
                    "15:13: errors[0].when.status: answers over jsonrpc_ws have no status; "
                    "say rpc_code"
                )
            ],
            id="a rule of another transport",
        ),
        pytest.param(
            REST,
            "sessionId}",
            "sessionId, required: false}",
            ["35:30: map.native_id.required: must be true"],
            id="an id that not every record has",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, base: str, old: str, new: str, told: list[str]
) -> None:
    assert base.count(old) == 1

    assert told_of(tmp_path, base.replace(old, new)) == told
