"""Files that are in order, to be spoilt, and what is told of them then."""

from pathlib import Path

from adapters.declarative.reading import options_model_of
from gateway.spi.documents import ConfigurationError

REST = """\
spec: 1
vendor: {id: orbitlab, title: Orbitlab}
options:
  token: {description: What lets a caller in., secret: true}
  zone: {default: Europe/Paris}
transport:
  kind: rest
  base_url: ${options.base_url}
  auth:
    kind: bearer
    token: ${options.token}
  limits: {rate: 5/s, max_body: 8MiB}
list:
  request:
    method: POST
    path: /v2/sessions/search
    body: {view: summary}
  records: result.sessions
  paginate:
    style: page_index
    index: {in: body, at: pageIndex}
    size: {in: body, at: sessionCount, default: 50, max: 100}
    total: {at: result.total, counts: pushed}
    end: [total, short_page]
get:
  request: {path: "/v2/sessions/{native_id}"}
  record: result
writes:
  create:
    request: {method: POST, path: /v2/sessions}
    fields:
      title: {send: {in: body, at: label}, required: true}
      attributes.notes: {send: {in: body, at: notes}}
map:
  native_id: {at: sessionId}
  title: {at: meta.label}
  status:
    at: state
    values: {LIVE: active, DONE: ended, ABORT: ended}
  started_at: {at: times.begin, cast: epoch_ms, required: true}
  ended_at: {at: times.finish, zone: "${options.zone}"}
  user.id: {expr: "people[?role=='subject'] | [0].id"}
  user.name: {at: person}
  language: {at: lang, values: {"1": en, "2": fr}}
personal: [attributes.notes]
abilities:
  filters:
    status: {in: exact, send: {in: body, at: filter.states, as: list, values: from_map}}
    user: {eq: inexact, pattern: "[0-9]+", send: {in: body, at: filter.who}}
    started_at:
      ge: inexact
      lt: inexact
      format: date
      send:
        ge: {in: body, at: filter.from}
        lt: {in: body, at: filter.to}
  combine: {max_fields: 2, exclusive: [[status, user]]}
  sorts:
    started_at:
      desc: {send: {in: body, at: sort, value: newest}, granularity: 1ms, nulls: never}
errors:
  - {when: {status: 429}, is: rate_limited, retry_after: header}
  - {when: {status: 404, op: get}, is: not_found}
"""

SOCKET = """\
spec: 1
vendor: {id: wsv, title: WS}
transport:
  kind: jsonrpc_ws
  url: ${options.url}
  handshake:
    - {method: authorize, params: {key: "${options.key}"}, keep: {token: vendorToken}}
list:
  request: {method: querySessions, params: {token: "${session.token}"}}
  records: "@"
  paginate: {style: single}
map:
  native_id: {at: id}
errors:
  - {when: {rpc_code: -32001}, is: auth_failed}
"""


def told_of(folder: Path, text: str) -> list[str]:
    """Give all that is wrong with a file of this text, each with its line and column."""
    file = folder / "vendor.yaml"
    file.write_text(text)
    try:
        options_model_of(file)
    except ConfigurationError as error:
        return [str(each).removeprefix(f"{file}:") for each in error.problems]
    return []
