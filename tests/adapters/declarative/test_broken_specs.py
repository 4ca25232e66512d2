"""Files that are not written in the words of the language: each fault has its place."""

from pathlib import Path

import pytest

from tests.adapters.declarative.specs import REST, SOCKET, told_of


@pytest.mark.parametrize(
    ("base", "old", "new", "told"),
    [
        pytest.param(
            REST,
            "personal: [",
            "persnal: [",
            [
                (
                    "45:1: persnal: unknown key; known keys here: abilities, cache, errors, get, "
                    "list, map, options, personal, samples, spec, transport, vendor, writes"
                )
            ],
            id="no such key at the top",
        ),
        pytest.param(
            REST,
            "    token: ${options.token}",
            "    token: ${options.token}\n    tokn: x",
            ["12:5: transport.auth.tokn: unknown key; known keys here: kind, token"],
            id="no such key in one of several forms",
        ),
        pytest.param(
            REST,
            "  title: {at: meta.label}",
            "  titel: {at: meta.label}",
            [
                (
                    "36:3: map.titel: unknown key; known keys here: client.name, client.version, "
                    "device.id, device.name, duration_s, ended_at, language, last_activity_at, "
                    "native_id, native_status, participants.current, participants.peak, "
                    "participants.total, space.id, space.kind, space.name, started_at, status, "
                    "tags, title, user.id, user.name"
                )
            ],
            id="no such field in the map",
        ),
        pytest.param(
            REST,
            "    kind: bearer",
            "    kind: bearr",
            [
                (
                    "10:5: transport.auth.kind: must be one of none, header, query, basic, "
                    "bearer, log_in, oauth2"
                )
            ],
            id="no such kind",
        ),
        pytest.param(
            REST,
            "  kind: rest\n",
            "",
            [("6:1: transport.kind: is missing; it must be one of rest, jsonrpc_http, jsonrpc_ws")],
            id="no kind",
        ),
        pytest.param(
            REST,
            "  auth:\n    kind: bearer\n    token: ${options.token}",
            "  auth: bearer",
            ["9:3: transport.auth: must be a mapping of keys"],
            id="a text in place of keys",
        ),
        pytest.param(
            REST,
            "    index: {in: body, at: pageIndex}",
            "    offset: {in: body, at: pageIndex}",
            [
                "19:3: list.paginate.index: is missing",
                (
                    "21:5: list.paginate.offset: unknown key; known keys here: end, has_more, "
                    "index, size, stable, style, total"
                ),
            ],
            id="keys of another style",
        ),
        pytest.param(
            REST,
            "  records: result.sessions\n",
            "",
            ["13:1: list.records: is missing"],
            id="a missing key",
        ),
        pytest.param(
            REST,
            "max: 100}",
            "max: many}",
            ["22:53: list.paginate.size.max: must be a whole number"],
            id="a wrong kind of value deep inside",
        ),
        pytest.param(
            REST,
            "default: 50, max",
            "default: 0, max",
            ["22:40: list.paginate.size.default: must be greater than or equal to 1"],
            id="a number of another bound",
        ),
        pytest.param(
            REST,
            "{status: 429}",
            "{status: [429, soon]}",
            ["62:27: errors[0].when.status[1]: must be a whole number"],
            id="not one of several numbers",
        ),
        pytest.param(
            REST,
            "is: not_found",
            "is: missing",
            [
                (
                    "63:36: errors[1].is: must be 'auth_failed', 'forbidden', 'not_found', "
                    "'rate_limited', 'unavailable', 'upstream_error', 'bad_answer', "
                    "'start_over', 'wrong_address', 'no_page', 'already_done', 'perhaps_done', "
                    "'invalid_field', 'not_own_session' or 'unclear'"
                )
            ],
            id="no such word",
        ),
        pytest.param(
            REST,
            "people[?role=='subject'] | [0].id",
            "people[?role=",
            [
                (
                    '42:13: map["user.id"].expr: is no JMESPath expression: Bad jmespath '
                    "expression: Unknown token '='"
                )
            ],
            id="no expression",
        ),
        pytest.param(
            REST,
            "at: meta.label",
            "at: meta..label",
            [("36:11: map.title.at: must be names with dots between them, such as times.begin")],
            id="no path",
        ),
        pytest.param(
            REST,
            "user.name: {at: person}",
            "user.name: {default: nobody}",
            ['43:3: map["user.name"]: needs one of at and expr'],
            id="neither at nor expr",
        ),
        pytest.param(
            REST,
            "8MiB",
            "8MB",
            ["12:23: transport.limits.max_body: must be a size, such as 8MiB or 512KiB"],
            id="no size",
        ),
        pytest.param(
            REST,
            "5/s",
            "5 per second",
            [("12:12: transport.limits.rate: must be a rate, such as 50/s, 600/min or 10000/h")],
            id="no rate",
        ),
        pytest.param(
            REST,
            'zone: "${options.zone}"',
            "zone: Paris",
            ["41:32: map.ended_at.zone: must be a name of the IANA time zone database"],
            id="no zone",
        ),
        pytest.param(
            REST,
            "/v2/sessions/search",
            "/v2/search?all=1",
            [
                (
                    "16:5: list.request.path: must begin with / and hold neither ? nor #: use "
                    "query for parameters"
                )
            ],
            id="a path that holds parameters",
        ),
        pytest.param(
            REST,
            "  title: {at: meta.label}",
            "  title: {at: meta.label}\n  title: {at: name}",
            ["37:3: map.title: given already at 36:3"],
            id="a repeated key",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, base: str, old: str, new: str, told: list[str]
) -> None:
    assert base.count(old) == 1

    assert told_of(tmp_path, base.replace(old, new)) == told


@pytest.mark.parametrize("text", [REST, SOCKET], ids=["rest", "socket"])
def test_what_is_not_spoilt_is_in_order(tmp_path: Path, text: str) -> None:
    assert told_of(tmp_path, text) == []
