"""No line of the log holds a secret, whoever writes it."""

from pathlib import Path

import pytest

from gateway.cli.keys import new_key
from gateway.cli.mask import MASKED, Mask
from gateway.config import secrets_of
from tests.config.files import BACKENDS, ENVIRONMENT, loaded

TOKEN, CURSOR_KEY = ENVIRONMENT["TOKEN"], ENVIRONMENT["CURSOR_KEY"]
PROXY = "http://me:p%40ssw0rd@proxy.example:3128"


def test_credentials_of_vendors_and_proxies_and_keys_of_cursors_are_secret(tmp_path: Path) -> None:
    text = f"cursor: {{keys: ['${{env:CURSOR_KEY}}']}}\n{BACKENDS}    proxy: ${{env:PROXY}}\n"

    settings = loaded(tmp_path, text, {**ENVIRONMENT, "PROXY": PROXY})

    assert secrets_of(settings) == {TOKEN, CURSOR_KEY, "p%40ssw0rd", "p@ssw0rd"}


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("tok-5e4d3c2b1a", "GET /?token=tok-5e4d3c2b1a&x=1"),
        ("s/+=&cret", "POST body s%2F%2B%3D%26cret"),
        ("s/+=&cret", "Authorization: Basic s/+=&cret"),
    ],
)
def test_a_secret_is_masked_as_it_is_and_as_it_stands_in_a_url(
    secret: str, said: str, tmp_path: Path
) -> None:
    mask = Mask()
    mask.learn(loaded(tmp_path, BACKENDS, {**ENVIRONMENT, "TOKEN": secret}))

    told = mask.over(said)

    assert MASKED in told
    assert "cret" not in told
    assert "5e4d" not in told


def test_secrets_of_an_older_configuration_stay_masked(tmp_path: Path) -> None:
    mask = Mask()
    for token in ("old-token", "new-token"):
        mask.learn(loaded(tmp_path, BACKENDS, {**ENVIRONMENT, "TOKEN": token}))

    assert mask.over("old-token, new-token") == f"{MASKED}, {MASKED}"


def test_words_that_are_as_short_as_a_bad_password_are_left(tmp_path: Path) -> None:
    mask = Mask()
    mask.learn(loaded(tmp_path, BACKENDS, {**ENVIRONMENT, "TOKEN": "GET"}))

    assert mask.over("GET /v1/sessions 200") == "GET /v1/sessions 200"


def test_keys_of_callers_are_masked_although_nobody_knows_them() -> None:
    key = new_key()

    assert key not in Mask().over(f"X-API-Key: {key}")
    assert Mask().over("authorization: Bearer abc.def, x") == f"authorization: Bearer {MASKED}, x"
