"""References to values outside the file."""

from pathlib import Path

import pytest

from gateway.config import ConfigurationError, load
from tests.config.files import BACKENDS, ENVIRONMENT, loaded, refused


def host(folder: Path, reference: str, environment: dict[str, str]) -> str:
    """Resolve a reference at ``server.host``."""
    text = f"server:\n  host: '{reference}'\nauth: {{anonymous: true}}\n{BACKENDS}"
    return loaded(folder, text, {**ENVIRONMENT, **environment}).server.host


def complaint(folder: Path, reference: str, environment: dict[str, str]) -> str:
    """Resolve a reference that leads nowhere at ``server.host``."""
    text = f"server:\n  host: '{reference}'\n{BACKENDS}"
    [line] = refused(folder, text, {**ENVIRONMENT, **environment})
    return line.removeprefix("2:3: server.host: ")


@pytest.mark.parametrize(
    ("reference", "environment", "value"),
    [
        ("${env:HOST}", {"HOST": "a.example"}, "a.example"),
        ("${env:HOST:-b.example}", {"HOST": "a.example"}, "a.example"),
        ("${env:HOST:-b.example}", {"HOST": ""}, "b.example"),
        ("${env:HOST:-b.example}", {}, "b.example"),
        ("${env:HOST:-:-}", {}, ":-"),
        ("${env:HOST}", {"HOST": "${env:TOKEN}"}, "${env:TOKEN}"),
        ("${env:HOST}", {"HOST": "{a: [1]}"}, "{a: [1]}"),
        ("plain $HOST", {"HOST": "a.example"}, "plain $HOST"),
    ],
)
def test_a_variable_stands_for_its_text(
    tmp_path: Path, reference: str, environment: dict[str, str], value: str
) -> None:
    assert host(tmp_path, reference, environment) == value


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"a.example", "a.example"),
        (b"a.example\n", "a.example"),
        (b"a.example\r\n", "a.example"),
        (b"a.example\n\n", "a.example\n"),
        (b" a.example \n", " a.example "),
        (b"\xef\xbb\xbfa.example\n", "a.example"),
    ],
)
def test_a_file_stands_for_its_text_without_its_last_newline(
    tmp_path: Path, content: bytes, value: str
) -> None:
    (tmp_path / "host").write_bytes(content)

    assert host(tmp_path, "${file:host}", {}) == value


def test_a_relative_file_is_sought_beside_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "host").write_text("right.example")
    (elsewhere / "host").write_text("wrong.example")
    monkeypatch.chdir(elsewhere)

    assert host(tmp_path, "${file:host}", {}) == "right.example"


def test_an_absolute_file_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "host").write_text("a.example")

    assert host(folder, f"${{file:{tmp_path}/host}}", {}) == "a.example"


@pytest.mark.parametrize(
    ("reference", "environment", "message"),
    [
        ("${env:HOST}", {}, "the environment variable HOST is not set"),
        ("${env:HOST}", {"HOST": ""}, "the environment variable HOST is empty"),
        (
            "${env:HOST}",
            {"HOST": "a\udcff"},
            "the environment variable HOST holds a character that no text may hold",
        ),
        ("${file:absent}", {}, "absent cannot be read: no such file or directory"),
        ("${file:.}", {}, ". cannot be read: is a directory"),
        ("${file:a\tb}", {}, "a\\tb cannot be read: no such file or directory"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_problem_at_its_key(
    tmp_path: Path, reference: str, environment: dict[str, str], message: str
) -> None:
    assert complaint(tmp_path, reference, environment) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "secret is empty"),
        (b"\n", "secret is empty"),
        (b"\xff", "secret cannot be read: not UTF-8"),
        (b"a\0b", "secret holds a character that no text may hold"),
        (b"x" * (1024 * 1024 + 1), "secret cannot be read: larger than 1 MiB"),
    ],
)
def test_a_file_without_a_usable_text_is_a_problem(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "secret").write_bytes(content)

    assert complaint(tmp_path, "${file:secret}", {}) == message


@pytest.mark.parametrize(
    "reference",
    [
        "x${env:TOKEN}",
        "${env:TOKEN}x",
        "${env:TOKEN}${env:TOKEN}",
        "http://${file:host}/",
        "${env:A:-${env:B}}",
    ],
)
def test_a_reference_inside_a_longer_text_is_a_problem(tmp_path: Path, reference: str) -> None:
    message = complaint(tmp_path, reference, {})

    assert message == "a reference must be the whole value; it cannot stand inside a longer text"


@pytest.mark.parametrize(
    "reference",
    ["${TOKEN}", "${env:}", "${env:1A}", "${ENV:A}", "${file:}", "a ${b", "${env: TOKEN}"],
)
def test_what_only_looks_like_a_reference_is_a_problem(tmp_path: Path, reference: str) -> None:
    message = complaint(tmp_path, reference, {})

    assert message == "not a reference; write ${env:NAME}, ${env:NAME:-default} or ${file:PATH}"


def test_a_number_may_come_from_a_reference(tmp_path: Path) -> None:
    text = f"server: {{port: '${{env:PORT}}', workers: '${{env:ONE}}'}}\n{BACKENDS}"

    settings = loaded(tmp_path, text, {**ENVIRONMENT, "PORT": "9000", "ONE": "1"})

    assert settings.server.port == 9000
    assert settings.server.workers == 1


def test_an_empty_default_is_a_value(tmp_path: Path) -> None:
    options = '{url: "https://a.example", token: "${env:NONE:-}"}'
    text = f"backends:\n  - {{name: a, adapter: roundware, options: {options}}}\n"

    assert loaded(tmp_path, text).backends[0].options.model_dump()["token"].get_secret_value() == ""


def test_the_environment_of_the_process_is_used_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(BACKENDS)
    monkeypatch.setenv("TOKEN", "t")

    assert load(file).backends[0].name == "museum"

    monkeypatch.delenv("TOKEN")
    with pytest.raises(ConfigurationError, match="TOKEN is not set"):
        load(file)
