"""Files whose requests, pages and options do not fit together."""

from pathlib import Path

import pytest

from tests.adapters.declarative.specs import REST, SOCKET, told_of


@pytest.mark.parametrize(
    ("base", "old", "new", "told"),
    [
        pytest.param(
            REST,
            "view: summary",
            'view: "${option.view}"',
            [
                (
                    "17:12: list.request.body.view: holds a ${ that is neither ${options.NAME} "
                    "nor ${session.NAME}"
                )
            ],
            id="a reference to nothing that is known",
        ),
        pytest.param(
            REST,
            "at: meta.label",
            'at: meta.label, default: "${options.base_url}"',
            [("36:27: map.title.default: references are not followed here; write the text out")],
            id="a reference where none is followed",
        ),
        pytest.param(
            REST,
            "view: summary",
            'view: "${session.view}"',
            [("17:12: list.request.body.view: no handshake has kept view by then; kept are: none")],
            id="a session without a handshake",
        ),
        pytest.param(
            SOCKET,
            "${session.token}",
            "${session.tokn}",
            [
                (
                    "9:45: list.request.params.token: no handshake has kept tokn by then; "
                    "kept are: token"
                )
            ],
            id="a name that no handshake keeps",
        ),
        pytest.param(
            SOCKET,
            "${options.key}",
            "${session.token}",
            [
                (
                    "7:36: transport.handshake[0].params.key: no handshake has kept token by "
                    "then; kept are: token"
                )
            ],
            id="a name that is kept later",
        ),
        pytest.param(
            REST,
            "/v2/sessions/search",
            "/v2/${options.token}/search",
            [
                (
                    "16:5: list.request.path: token is a secret, and addresses are logged; send "
                    "it elsewhere"
                )
            ],
            id="a secret in an address",
        ),
        pytest.param(
            REST,
            "secret: true",
            "secret: true, default: abc",
            [("4:62: options.token.default: a secret must not stand in the file; leave it out")],
            id="a secret in the file",
        ),
        pytest.param(
            REST,
            "  zone: {default",
            "  team: {}\n  zone: {default",
            [("5:3: options.team: nothing refers to it; write ${options.team} where it belongs")],
            id="an option that nothing refers to",
        ),
        pytest.param(
            REST,
            "${options.base_url}",
            "${options.ca_file}",
            [
                (
                    "8:3: transport.base_url: every backend has something named ca_file; choose "
                    "another name"
                )
            ],
            id="an option of a name that is taken",
        ),
        pytest.param(
            REST,
            "${options.zone}",
            "Europe/${options.zone}",
            [
                (
                    "41:32: map.ended_at.zone: must be ${options.NAME} as a whole, "
                    "or hold no reference"
                )
            ],
            id="a zone that is an option in part",
        ),
        pytest.param(
            REST,
            "${options.base_url}",
            "api.orbitlab.example/v1",
            [("8:3: transport.base_url: must be absolute, such as https://api.vendor.example/v1")],
            id="an address that is not absolute",
        ),
        pytest.param(
            SOCKET,
            '{method: querySessions, params: {token: "${session.token}"}}',
            "{path: /sessions}",
            ["9:3: list.request: must be a method and params, as transport is jsonrpc_ws"],
            id="a request of another transport",
        ),
        pytest.param(
            REST,
            ("    method: POST\n    path: /v2/sessions/search\n    body: {view: summary}"),
            "    method: querySessions",
            ["14:3: list.request: must be a method and a path, as transport is rest"],
            id="a call of another transport",
        ),
        pytest.param(
            REST,
            "    method: POST\n    path: /v2/sessions/search",
            "    path: /v2/sessions/search",
            [
                "16:5: list.request.body: a GET has no body; say another method",
                ("20:13: list.paginate.index.in: a GET has no body; say another method, or query"),
                ("21:12: list.paginate.size.in: a GET has no body; say another method, or query"),
                (
                    "47:32: abilities.filters.status.send.in: a GET has no body; say another "
                    "method, or query"
                ),
                (
                    "48:51: abilities.filters.user.send.in: a GET has no body; say another "
                    "method, or query"
                ),
                (
                    "54:14: abilities.filters.started_at.send.ge.in: a GET has no body; say "
                    "another method, or query"
                ),
                (
                    "55:14: abilities.filters.started_at.send.lt.in: a GET has no body; say "
                    "another method, or query"
                ),
                (
                    "59:21: abilities.sorts.started_at.desc.send.in: a GET has no body; say "
                    "another method, or query"
                ),
            ],
            id="a body of a request that has none",
        ),
        pytest.param(
            REST,
            "{in: body, at: pageIndex}",
            "{in: params, at: pageIndex}",
            [
                (
                    "21:13: list.paginate.index.in: must be one of query, header, body, path, as "
                    "transport is rest"
                )
            ],
            id="a place of another transport",
        ),
        pytest.param(
            REST,
            "/v2/sessions/search",
            "/v2/{team}/search",
            ["16:5: list.request.path: nothing is filled into {team} here"],
            id="a placeholder that nothing fills",
        ),
        pytest.param(
            REST,
            "{in: body, at: pageIndex}",
            "{in: path, at: page}",
            ["21:23: list.paginate.index.at: the path has no {page}"],
            id="a place that the path lacks",
        ),
        pytest.param(
            REST,
            '{path: "/v2/sessions/{native_id}"}',
            "{path: /v2/session}",
            [
                (
                    "26:3: get.request: must say of which session: "
                    "write {native_id} where its id belongs"
                )
            ],
            id="a detail call of no session",
        ),
        pytest.param(
            REST,
            "at: sessionCount",
            "at: pageIndex",
            ["21:23: list.paginate.index.at: list.paginate.size goes there already"],
            id="two values in one place",
        ),
        pytest.param(
            REST,
            "{in: body, at: filter.who}",
            '{in: header, at: "X Who"}',
            [
                (
                    "49:63: abilities.filters.user.send.at: must be names with dots between "
                    "them, such as times.begin"
                )
            ],
            id="no header",
        ),
        pytest.param(
            REST,
            "    total: {at: result.total, counts: pushed}\n",
            "",
            [
                (
                    "23:11: list.paginate.end[0]: total needs total, where the vendor tells how "
                    "many rows there are"
                )
            ],
            id="a total that is not told",
        ),
        pytest.param(
            REST,
            "max: 100}",
            "max: 100, honoured: false}",
            ["24:18: list.paginate.end[1]: short_page needs a size that is honoured"],
            id="short pages of a size that is not honoured",
        ),
        pytest.param(
            REST,
            "[total, short_page]",
            "[no_token]",
            ["24:11: list.paginate.end[0]: no_token needs style cursor or link"],
            id="a sign that the style lacks",
        ),
        pytest.param(
            REST,
            "default: 50",
            "default: 500",
            ["22:40: list.paginate.size.default: must not be more than max"],
            id="a usual size beyond the most",
        ),
        pytest.param(
            REST,
            "{status: 404, op: get}, is: not_found}",
            "{status: 404, op: [get, create]}, is: perhaps_done}",
            ["63:46: errors[1].is: only of an end it can be seen whether it is done; say op: end"],
            id="what is looked at and is no end",
        ),
        pytest.param(
            SOCKET,
            """\
errors:
  - {when: {rpc_code: -32001}, is: auth_failed}
""",
            """\
errors:
  - {when: {rpc_code: -32001, op: end}, is: perhaps_done}
writes:
  end: {request: {method: end, params: {id: "{native_id}"}}}
""",
            ["15:41: errors[0].is: needs get, by which a session is looked at"],
            id="what is looked at without a call for that",
        ),
        pytest.param(
            REST,
            "  native_id: {at: sessionId}",
            '  native_id: {at: sessionId, pattern: "[0-9"}',
            ["35:30: map.native_id.pattern: is no regular expression: unterminated character set"],
            id="no form of an id",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, base: str, old: str, new: str, told: list[str]
) -> None:
    assert base.count(old) == 1

    assert told_of(tmp_path, base.replace(old, new)) == told
