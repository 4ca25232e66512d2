"""Where traces are sent, and which vendors are told of them."""

import importlib.util
from pathlib import Path

import pytest

from gateway.config import rules
from tests.config.files import BACKENDS, ENVIRONMENT, LITERAL_SECRET, loaded, refused

TO = "http://localhost:4318/v1/traces"
SAMBA = """\
  - name: samba
    adapter: digital_samba
    options: {url: "https://samba.example", team_id: a, developer_key: "${env:TOKEN}"}
"""
CORTEX = """\
  - name: lab
    adapter: cortex
    options: {url: "wss://localhost:6868", client_id: a, client_secret: "${env:TOKEN}"}
"""


def test_nothing_is_sent_unless_it_is_said_where(tmp_path: Path) -> None:
    traces = loaded(tmp_path, BACKENDS).traces

    assert (traces.endpoint, traces.headers, traces.sample) == (None, {}, 1)


def test_it_is_said_where_with_what_and_how_many(tmp_path: Path) -> None:
    text = f"traces: {{endpoint: '{TO}', headers: {{x-key: '${{env:KEY}}'}}, sample: 0.1}}\n"

    traces = loaded(tmp_path, text + BACKENDS, {**ENVIRONMENT, "KEY": "k1"}).traces

    assert (traces.endpoint, traces.sample) == (TO, 0.1)
    assert traces.headers["x-key"].get_secret_value() == "k1"


@pytest.mark.parametrize(
    ("traces", "problem"),
    [
        ("{endpoint: localhost:4318}", "1:10: traces.endpoint: must be an address such as"),
        ("{endpoint: 'http://me:pw@a/v1'}", "1:10: traces.endpoint: must be an address such as"),
        ("{headers: {x-key: abc}}", f"1:20: traces.headers.x-key: {LITERAL_SECRET}"),
        ("{sample: 2}", "1:10: traces.sample: must be"),
        ("{sample: true}", "1:10: traces.sample: must be"),
    ],
    ids=["no scheme", "credentials", "literal", "too many", "a flag"],
)
def test_what_cannot_be_is_refused(traces: str, problem: str, tmp_path: Path) -> None:
    (told,) = refused(tmp_path, f"traces: {traces}\n{BACKENDS}")

    assert told.startswith(problem)


def test_without_the_extra_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str) -> object:
        return None if name == "opentelemetry" else importlib.util.find_spec(name)

    monkeypatch.setattr(rules, "find_spec", find_spec)

    assert refused(tmp_path, f"traces: {{endpoint: '{TO}'}}\n{BACKENDS}") == [
        "1:10: traces.endpoint: takes the extra otel: pip install 'session-gateway[otel]'"
    ]


def test_a_vendor_can_be_told_of_traces_over_http_and_where_there_are_any(tmp_path: Path) -> None:
    sent = f"traces: {{endpoint: '{TO}'}}\n"
    on = "    trace_context: true\n"

    told = loaded(tmp_path, f"{sent}backends:\n{SAMBA}{on}").backends[0].trace_context
    nowhere = refused(tmp_path, f"backends:\n{SAMBA}{on}")
    socket = refused(tmp_path, f"{sent}backends:\n{CORTEX}{on}")

    assert told
    assert nowhere == ["5:5: backends[0].trace_context: has no effect without traces.endpoint"]
    assert socket == [
        "6:5: backends[0].trace_context: has no effect: this vendor is spoken to over a WebSocket"
    ]
