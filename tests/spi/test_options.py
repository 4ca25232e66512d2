"""What every adapter's options refuse."""

import pytest
from pydantic import ValidationError

from gateway.spi import AdapterOptions

PIN = "ab" * 32


@pytest.mark.parametrize(
    "options",
    [
        {"url": "https://vendor.example/api"},
        {"url": "wss://vendor.example:54321", "fingerprint_sha256": PIN},
        {"url": "http://127.0.0.1:8888/api"},
        {"url": "ws://localhost:54321"},
        {"url": "http://[::1]:8888"},
        {"url": "http://vendor.example", "allow_plaintext": True},
    ],
)
def test_an_address_that_may_be_reached_is_taken(options: dict[str, object]) -> None:
    assert AdapterOptions.model_validate(options).url == options["url"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "vendor.example/api"}, "absolute"),
        ({"url": "ftp://vendor.example"}, "absolute"),
        ({"url": "https:///api"}, "absolute"),
        ({"url": "https://user:pass@vendor.example"}, "no user, password"),
        ({"url": "https://vendor.example/?key=s3cret"}, "no user, password, query"),
        ({"url": "https://ho℀st/api"}, "cannot be read as an address"),
        ({"url": "http://vendor.example"}, "not encrypted"),
        ({"url": "http://10.0.0.1"}, "not encrypted"),
        ({"url": "http://localhost.example"}, "not encrypted"),
        ({"url": "http://127.0.0.1", "fingerprint_sha256": PIN}, "no effect on http:"),
        ({"url": "ws://localhost", "ca_file": "ca.pem"}, "no effect on ws:"),
        ({"url": "https://vendor.example", "fingerprint_sha256": "ab"}, "match pattern"),
        ({"url": "https://vendor.example", "colour": "red"}, "Extra inputs"),
    ],
)
def test_any_other_is_refused_without_telling_it(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        AdapterOptions.model_validate(options)

    assert "s3cret" not in str(caught.value)
    assert "pass@" not in str(caught.value)
