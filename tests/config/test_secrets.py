"""Secrets stand outside the file, and what came from outside is never repeated."""

import traceback
from pathlib import Path

import pytest

from gateway.config import ConfigurationError
from tests.config.files import BACKENDS, ENVIRONMENT, LITERAL_SECRET, loaded, refused


@pytest.mark.parametrize(
    "text",
    [
        f"cursor: {{keys: [SECRET-SECRET-SECRET]}}\n{BACKENDS}",
        f"shared_cache: redis://SECRET@a.example\n{BACKENDS}",
        BACKENDS.replace('"${env:TOKEN}"', "SECRET"),
        BACKENDS.replace('"${env:TOKEN}"', "[SECRET]"),
        BACKENDS.replace('"${env:TOKEN}"', "{a: {b: SECRET}}"),
        BACKENDS.replace('"${env:TOKEN}"', "SECRET ${env:TOKEN}"),
        BACKENDS.replace('"${env:TOKEN}"', '"SECRET" "x"'),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, text)

    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "SECRET" not in shown


@pytest.mark.parametrize("literal", ["abc", "12345", "true", "''"])
def test_a_secret_must_come_from_a_reference(tmp_path: Path, literal: str) -> None:
    text = BACKENDS.replace('"${env:TOKEN}"', literal)

    assert refused(tmp_path, text) == [f"4:52: backends[0].options.token: {LITERAL_SECRET}"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("server: {{host: '{ref}'}}\n{backends}", "secret.example"),
        ("server: {{port: '{ref}'}}\n{backends}", "http-port"),
        ("server: {{port: '{ref}'}}\n{backends}", "99999"),
        ("auth: {{anonymous: '{ref}'}}\n{backends}", "maybe"),
        ("auth: {{keys: [{{name: a, sha256: '{ref}'}}]}}\n{backends}", "f00d"),
        ("auth: {{keys: [{{name: a, backends: ['{ref}']}}]}}\n{backends}", "hidden-backend"),
        ("backends: [{{name: a, adapter: '{ref}'}}]\n", "hidden-adapter"),
        ("backends: [{{name: '{ref}', adapter: x}}]\n", "Hidden-Name"),
        ("backends: [{{name: a, adapter: roundware, options: '{ref}'}}]\n", "options-text"),
        (
            (
                "backends: [{{name: a, adapter: roundware, options: {{token: '{ref}',"
                " url: 'http://plain.example'}}}}]\n"
            ),
            "tok-5e4d",
        ),
        (
            (
                "backends: [{{name: a, adapter: ekran, options: {{timezone: '{ref}',"
                " url: 'https://a.example'}}}}]\n"
            ),
            "Nowhere/Land",
        ),
        (
            (
                "auth: {{keys: [{{name: a, sha256: b, backends: [x]}}]}}\n"
                "backends: [{{name: '{ref}', adapter: roundware}}]\n"
            ),
            "hidden-name",
        ),
    ],
)
def test_a_value_of_a_reference_is_in_no_message(tmp_path: Path, text: str, value: str) -> None:
    written = text.format(ref="${env:VALUE}", backends=BACKENDS)

    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, written, {**ENVIRONMENT, "VALUE": value})

    assert caught.value.problems
    assert value not in str(caught.value)
    assert value not in repr(caught.value)


def test_a_part_of_a_url_that_came_from_a_reference_is_in_no_message(tmp_path: Path) -> None:
    text = BACKENDS.replace('"https://museum.example/api/2"', '"${env:URL}"')

    problems = refused(tmp_path, text, {**ENVIRONMENT, "URL": "https://pass:word@ho℀st/api"})

    assert len(problems) == 1
    assert "word" not in problems[0]
    assert "cannot be read as an address" in problems[0]
