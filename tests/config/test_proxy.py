"""The proxy of a backend."""

from pathlib import Path

import pytest

from gateway.config import ConfigurationError, shown
from gateway.config.showing import MASK
from tests.config.files import BACKENDS, ENVIRONMENT, loaded, refused

PLACE = "5:5: backends[0].proxy"
WHOLE = "http://ann:s3cret@proxy.example:3128"
FORM = (
    "must be http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with what is odd in user"
    " and password percent-encoded"
)


@pytest.mark.parametrize(
    "url",
    [
        "http://proxy.example:3128",
        "http://proxy.example:3128/",
        "http://10.0.0.7:8080",
        "'http://[::1]:8080'",
    ],
)
def test_a_proxy_without_a_password_stands_in_the_file(tmp_path: Path, url: str) -> None:
    settings = loaded(tmp_path, f"{BACKENDS}    proxy: {url}\n")

    assert settings.backends[0].proxy == url.strip("'")


def test_a_proxy_with_a_password_comes_by_reference_and_is_shown_without(tmp_path: Path) -> None:
    text = f"{BACKENDS}    proxy: ${{env:PROXY}}\n"

    settings = loaded(tmp_path, text, {**ENVIRONMENT, "PROXY": WHOLE})

    assert settings.backends[0].proxy == WHOLE
    assert "s3cret" not in shown(settings) + repr(settings)
    assert f"http://{MASK}@proxy.example:3128" in shown(settings)


def test_a_password_does_not_stand_in_the_file(tmp_path: Path) -> None:
    problem = "a password must not stand in the file; write a reference to the whole URL"

    assert refused(tmp_path, f"{BACKENDS}    proxy: {WHOLE}\n") == [f"{PLACE}: {problem}"]


@pytest.mark.parametrize(
    "url",
    [
        "proxy.example:3128",
        "http://proxy.example",
        "http://proxy.example:0",
        "http://proxy.example:65536",
        "https://proxy.example:3128",
        "socks5://proxy.example:1080",
        "http://proxy.example:3128/path",
        "http://proxy.example:3128?query",
        "http://:3128",
        "http://pro xy.example:3128",
        "''",
        "17",
    ],
)
def test_what_is_no_proxy_is_refused(tmp_path: Path, url: str) -> None:
    problems = refused(tmp_path, f"{BACKENDS}    proxy: {url}\n")

    assert len(problems) == 1
    assert problems[0].startswith("5:5: backends[0].proxy: ")
    assert FORM in problems[0] or url == "17"


@pytest.mark.parametrize(
    "secret",
    ["http://ann:s3cret@proxy.example", "ann:s3cret@proxy.example:1", "http://a:s3cret@b@c:1"],
)
def test_what_a_reference_brought_is_in_no_message(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, f"{BACKENDS}    proxy: ${{env:PROXY}}\n", {**ENVIRONMENT, "PROXY": secret})

    assert "s3cret" not in str(caught.value) + repr(caught.value)
    assert FORM in str(caught.value)


EMOTIV = """\
backends:
  - name: lab
    adapter: cortex
    options: {{url: "{url}", client_id: "${{env:TOKEN}}", client_secret: "${{env:TOKEN}}"}}
    proxy: http://proxy.example:3128
"""


def test_a_proxy_does_not_carry_bare_websockets(tmp_path: Path) -> None:
    problem = "proxies carry https:, http: and wss:, but not ws:, which the url has"

    assert refused(tmp_path, EMOTIV.format(url="ws://localhost:6868")) == [f"{PLACE}: {problem}"]


def test_a_proxy_carries_encrypted_websockets(tmp_path: Path) -> None:
    settings = loaded(tmp_path, EMOTIV.format(url="wss://localhost:6868"))

    assert settings.backends[0].proxy is not None


@pytest.mark.parametrize(
    ("proxy", "is_fine"), [("http://proxy.example:3128", False), ("http://127.0.0.1:3128", True)]
)
def test_what_is_not_encrypted_goes_by_no_proxy_beyond_this_machine(
    tmp_path: Path, proxy: str, is_fine: bool
) -> None:
    text = BACKENDS.replace("https://museum.example", "http://localhost") + f"    proxy: {proxy}\n"
    if is_fine:
        assert loaded(tmp_path, text).backends[0].proxy == proxy
        return

    problem = "the url is not encrypted; beyond this machine that needs allow_plaintext: true"
    assert refused(tmp_path, text) == [f"{PLACE}: {problem}"]
