"""What a file says of keys and proxies: what is hidden, how often, and who is believed."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.spi import Rate
from tests.config.files import BACKENDS, loaded, refused

SHA = "0" * 64


def keyed(line: str) -> str:
    return f'auth:\n  keys:\n    - name: a\n      sha256: "{SHA}"\n      {line}\n{BACKENDS}'


def proxied(networks: str) -> str:
    return f"server:\n  trusted_proxies: {networks}\n{BACKENDS}"


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("50/s", Rate(50, 1)),
        ("'600/min'", Rate(600, 60)),
        ("10000/h", Rate(10000, 3600)),
        ("1/s", Rate(1, 1)),
        ("null", None),
    ],
)
def test_a_rate_is_a_number_of_requests_in_a_time(
    tmp_path: Path, written: str, rate: Rate | None
) -> None:
    [key] = loaded(tmp_path, keyed(f"rate: {written}")).auth.keys

    assert key.rate == rate
    assert key.model_dump()["rate"] == (None if rate is None else written.strip("'"))


@pytest.mark.parametrize(
    "written",
    [
        "50",
        "0/s",
        "-1/s",
        "1.5/s",
        "50/d",
        "50 / s",
        "50/S",
        "/s",
        "50/",
        "true",
        "[]",
        "\N{ARABIC-INDIC DIGIT FIVE}/s",
    ],
)
def test_what_is_no_rate_is_a_problem(tmp_path: Path, written: str) -> None:
    message = "must be a rate, such as 50/s, 600/min or 10000/h"

    assert refused(tmp_path, keyed(f"rate: {written}")) == [f"5:7: auth.keys[0].rate: {message}"]


def test_a_key_hides_what_it_names(tmp_path: Path) -> None:
    written = "redact: [user, device, raw, personal, attributes.license, attributes.a.b]"

    [key] = loaded(tmp_path, keyed(written)).auth.keys

    assert key.redact == (
        *("user", "device", "raw", "personal"),
        *("attributes.license", "attributes.a.b"),
    )


@pytest.mark.parametrize("word", ["title", "User", "attributes", "attributes.", "''", "'*'"])
def test_what_cannot_be_hidden_by_name_is_a_problem(tmp_path: Path, word: str) -> None:
    message = "must be user, device, raw, personal, or attributes.NAME"

    assert refused(tmp_path, keyed(f"redact: [{word}]")) == [
        f"5:16: auth.keys[0].redact[0]: {message}"
    ]


def test_every_action_may_be_given(tmp_path: Path) -> None:
    [key] = loaded(tmp_path, keyed("actions: [read, write, admin]")).auth.keys

    assert key.actions == ("read", "write", "admin")


def test_proxies_are_addresses_and_networks(tmp_path: Path) -> None:
    settings = loaded(tmp_path, proxied("[192.0.2.7, 10.0.0.0/8, '::1', 'fd00::/8']"))

    assert settings.server.trusted_proxies == tuple(
        map(ip_network, ("192.0.2.7/32", "10.0.0.0/8", "::1/128", "fd00::/8"))
    )


@pytest.mark.parametrize("written", ["10.0.0.1/8", "proxy.example", "'*'", "1", "''", "null"])
def test_what_is_no_network_is_a_problem(tmp_path: Path, written: str) -> None:
    message = "must be an address or a network, such as 192.0.2.7 or 10.0.0.0/8"

    assert refused(tmp_path, proxied(f"[{written}]")) == [
        f"2:21: server.trusted_proxies[0]: {message}"
    ]
