"""What is worth knowing about a configuration that is in order."""

from pathlib import Path

import pytest

from gateway.config import account_key, warnings
from tests.config.files import ENVIRONMENT, MUSEUM, loaded
from tests.support.scribe import install_scribe

CURSOR = "cursor: {keys: ['${env:CURSOR_KEY}']}\n"


def backend(name: str, *, adapter: str = "roundware", **options: str) -> str:
    """Write a backend."""
    written = {"url": "https://museum.example/api/2", "token": "${env:TOKEN}"} | options
    entries = "".join(f"      {key}: {value}\n" for key, value in written.items() if value)
    return f"  - name: {name}\n    adapter: {adapter}\n    options:\n{entries}"


def remarks(folder: Path, *backends: str, head: str = CURSOR, **environment: str) -> list[str]:
    """Load a configuration of these backends and give its remarks."""
    text = f"{head}backends:\n{''.join(backends)}"
    return list(warnings(loaded(folder, text, {**ENVIRONMENT, **environment})))


def test_there_may_be_nothing_to_say(tmp_path: Path) -> None:
    assert remarks(tmp_path, MUSEUM) == []


def test_cursors_that_end_with_the_process_are_worth_a_remark(tmp_path: Path) -> None:
    assert remarks(tmp_path, MUSEUM, head="") == [
        "cursor.keys: not given, so no cursor survives a restart"
    ]


def test_operations_that_nobody_may_use_are_worth_a_remark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_scribe(tmp_path, monkeypatch)
    acme = backend("acme", adapter="scribe", token="") + "    operations: [end]\n"
    head = f"{CURSOR}plugins: [scribe-vendor]\n"
    key = f"auth: {{keys: [{{name: a, sha256: '{'0' * 64}', actions: [read, write]}}]}}\n"

    assert remarks(tmp_path, acme, head=head + key) == []
    assert remarks(tmp_path, acme, head=head) == [
        "auth.keys: none has the action write, so nobody may use the operations of acme"
    ]


def test_serving_others_in_clear_text_is_worth_a_remark(tmp_path: Path) -> None:
    head = f"{CURSOR}server: {{host: 0.0.0.0}}\nauth: {{anonymous: true}}\n"

    assert remarks(tmp_path, MUSEUM, head=head) == [
        (
            "server.tls: not given, so keys and sessions travel unencrypted"
            " unless a proxy in front encrypts them"
        )
    ]


def test_backends_of_one_account_share_its_limits(tmp_path: Path) -> None:
    said = remarks(
        tmp_path,
        backend("a"),
        backend("b", url="https://MUSEUM.example:443/api/1", token="${env:SAME}"),
        backend("c", token="${env:OTHER}"),
        backend("d", url="https://museum.example:8443/api/2"),
        backend("e", url="https://other.example/api/2"),
        SAME=ENVIRONMENT["TOKEN"],
        OTHER="another",
    )

    assert said == ["backends: a, b use one account of a vendor and share its limits"]


def test_two_people_with_one_password_have_two_accounts(tmp_path: Path) -> None:
    people = [
        backend(name, adapter="canopsis", token="", username=name, password="${env:TOKEN}")
        for name in ("ada", "bob")
    ]

    assert remarks(tmp_path, *people) == []


def test_who_it_is_may_be_a_secret_too(tmp_path: Path) -> None:
    file = Path(__file__).parents[2] / "examples/vendors/cortex.yaml"
    shared = {
        "client_id": "${env:TOKEN}",
        "client_secret": "${env:TOKEN}",
        "password": "${env:TOKEN}",
    }
    people = [
        backend(
            name,
            adapter="declarative",
            token="",
            url="wss://headsets.example",
            spec=str(file),
            username=f"${{env:{name.upper()}}}",
            **shared,
        )
        for name in ("ada", "bob")
    ]

    assert remarks(tmp_path, *people, ADA="ada-5e4d", BOB="bob-2b1a") == []
    assert len(remarks(tmp_path, *people, ADA="ada-5e4d", BOB="ada-5e4d")) == 1


def test_an_account_shows_no_credential(tmp_path: Path) -> None:
    settings = loaded(tmp_path, f"backends:\n{MUSEUM}")

    shown = repr(account_key(settings.backends[0]))

    assert "https://museum.example:443" in shown
    assert ENVIRONMENT["TOKEN"] not in shown
    assert "credential" not in shown


@pytest.mark.parametrize("network", ["0.0.0.0/0", "'::/0'"])
def test_believing_everybody_is_worth_a_remark(tmp_path: Path, network: str) -> None:
    server = f"server: {{trusted_proxies: [{network}]}}\n"

    assert remarks(tmp_path, MUSEUM, head=CURSOR + server) == [
        "server.trusted_proxies: holds every address, so callers say themselves who they are"
    ]
    assert remarks(tmp_path, MUSEUM, head=CURSOR + server.replace("/0", "/8")) == []
