"""What must hold between parts of a configuration."""

from pathlib import Path

import pytest
import trustme

from gateway.config import is_loopback
from gateway.spi import Operation
from tests.config.files import BACKENDS, ENVIRONMENT, MUSEUM, loaded, refused
from tests.support.scribe import install_scribe

SHA = "0" * 64
BEYOND = "beyond this machine auth.keys are needed, or auth.anonymous: true"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.0.9", "::1", "localhost"])
def test_this_machine_alone_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "a.example", "localhost.example", "127.1", "[::1]"],  # noqa: S104  # not bound
)
def test_any_other_address_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "auth",
    [
        "",
        "auth: {}\n",
        "auth: {anonymous: false}\n",
        "auth: {keys: []}\n",
        "auth: {anonymous: no}\n",
    ],
)
def test_an_address_beyond_this_machine_needs_somebody_who_may_call(
    tmp_path: Path, auth: str
) -> None:
    text = f"server:\n  host: 0.0.0.0\n{auth}{BACKENDS}"

    assert refused(tmp_path, text)[0] == f"2:3: server.host: {BEYOND}"


@pytest.mark.parametrize(
    "auth",
    [
        f"{{keys: [{{name: a, sha256: '{SHA}'}}]}}",
        "{anonymous: true}",
        "{anonymous: '${env:OPEN}'}",
    ],
)
def test_with_keys_or_anonymous_any_address_may_be_listened_on(tmp_path: Path, auth: str) -> None:
    text = f"server: {{host: 0.0.0.0}}\nauth: {auth}\n{BACKENDS}"

    settings = loaded(tmp_path, text, {**ENVIRONMENT, "OPEN": "true"})

    assert settings.server.host == "0.0.0.0"  # noqa: S104  # not bound


def test_a_command_line_does_not_get_around_the_rule(tmp_path: Path) -> None:
    assert refused(tmp_path, BACKENDS, host="::") == [f"1:1: server.host: {BEYOND}"]


def test_a_host_from_a_reference_does_not_get_around_the_rule(tmp_path: Path) -> None:
    text = f"server: {{host: '${{env:HOST}}'}}\n{BACKENDS}"

    problems = refused(tmp_path, text, {**ENVIRONMENT, "HOST": "::"})

    assert problems == [f"1:10: server.host: {BEYOND}"]


def test_a_name_stands_for_one_backend(tmp_path: Path) -> None:
    text = f"{BACKENDS}{MUSEUM.replace('museum', 'other', 1)}{MUSEUM}"

    assert refused(tmp_path, text) == ["8:5: backends[2].name: must differ from backends[0].name"]


def test_keys_differ_by_name_and_by_hash(tmp_path: Path) -> None:
    text = f"""\
auth:
  keys:
    - {{name: a, sha256: "{"a" * 64}"}}
    - {{name: a, sha256: "{"b" * 64}"}}
    - {{name: c, sha256: "{"A" * 64}"}}
{BACKENDS}"""

    assert refused(tmp_path, text) == [
        "4:8: auth.keys[1].name: must differ from auth.keys[0].name",
        "5:17: auth.keys[2].sha256: must differ from auth.keys[0].sha256",
    ]


def test_a_key_names_backends_that_exist(tmp_path: Path) -> None:
    text = f"""\
auth:
  keys:
    - name: a
      sha256: "{SHA}"
      backends: [museum, "*", office]
{BACKENDS}"""

    assert refused(tmp_path, text) == [
        "5:31: auth.keys[0].backends[2]: no such backend; the backends are: museum, or * for all"
    ]


def test_a_certificate_file_must_be_there(tmp_path: Path) -> None:
    text = BACKENDS.replace("{url:", "{ca_file: ca.pem, url:")

    assert refused(tmp_path, text) == [
        f"4:15: backends[0].options.ca_file: no such file: {tmp_path / 'ca.pem'}"
    ]


def test_a_certificate_file_must_hold_certificates(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate", encoding="utf-8")
    text = BACKENDS.replace("{url:", "{ca_file: ca.pem, url:")

    (problem,) = refused(tmp_path, text)

    assert "no PEM certificates can be read from" in problem


def test_a_folder_for_what_is_remembered_must_be_there(tmp_path: Path) -> None:
    text = f"server: {{state_dir: state}}\n{BACKENDS}"

    assert refused(tmp_path, text) == [
        f"1:10: server.state_dir: no such folder: {tmp_path / 'state'}"
    ]


def test_a_folder_for_what_is_remembered_is_taken_from_that_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").mkdir()
    monkeypatch.chdir("/")

    settings = loaded(tmp_path, f"server: {{state_dir: state}}\n{BACKENDS}")

    assert settings.server.state_dir == tmp_path / "state"


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have a vendor that can be written to, and a backend of it."""
    install_scribe(tmp_path, monkeypatch)
    backends = "plugins: [scribe-vendor]\nbackends:\n"
    return (
        f'{backends}  - {{name: acme, adapter: scribe, options: {{url: "https://acme.example"}}, '
    )


def test_operations_that_the_vendor_can_do_are_allowed_by_name(tmp_path: Path, acme: str) -> None:
    settings = loaded(tmp_path, f"{acme}operations: [create, end]}}\n")

    assert settings.backends[0].operations == (Operation.CREATE, Operation.END)


def test_operations_that_the_vendor_cannot_do_are_refused(tmp_path: Path, acme: str) -> None:
    (problem,) = refused(tmp_path, f"{acme}operations: [end, hide]}}\n")

    assert problem == (
        "3:93: backends[0].operations[1]: this vendor cannot do that;"
        " the operations of its adapter are: create, end, keepalive"
    )


def test_operations_that_nobody_knows_are_refused(tmp_path: Path, acme: str) -> None:
    (problem,) = refused(tmp_path, f"{acme}operations: [erase]}}\n")

    assert "backends[0].operations[0]: must be " in problem


def test_a_path_of_an_option_is_taken_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.chdir("/")

    settings = loaded(tmp_path, BACKENDS.replace("{url:", "{ca_file: ca.pem, url:"))

    assert settings.backends[0].options.ca_file == tmp_path / "ca.pem"
