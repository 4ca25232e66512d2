"""What a configuration says of the front door: its certificate, and who may call from a browser."""

from pathlib import Path

import pytest
import trustme

from gateway.config import warnings
from tests.config.files import BACKENDS, loaded, refused

CURSOR = "cursor: {keys: ['${env:CURSOR_KEY}']}\n"
TLS = "server: {tls: {cert: cert.pem, key: key.pem}}\n"


def certified(folder: Path) -> None:
    """Put a certificate and its key into a folder."""
    issued = trustme.CA().issue_cert("gateway.example")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")


def test_files_of_a_certificate_are_taken_from_the_folder_of_the_configuration(
    tmp_path: Path,
) -> None:
    certified(tmp_path)

    tls = loaded(tmp_path, TLS + BACKENDS).server.tls

    assert tls is not None
    assert (tls.cert, tls.key) == (tmp_path / "cert.pem", tmp_path / "key.pem")


def test_who_encrypts_is_told_nothing_about_it(tmp_path: Path) -> None:
    certified(tmp_path)
    server = TLS.replace("{tls", "{host: 0.0.0.0, tls")

    settings = loaded(tmp_path, f"{CURSOR}{server}auth: {{anonymous: true}}\n{BACKENDS}")

    assert list(warnings(settings)) == []


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    problems = refused(tmp_path, TLS + BACKENDS)

    assert [problem.split(": ")[1:3] for problem in problems] == [
        ["server.tls.cert", "no such file"],
        ["server.tls.key", "no such file"],
    ]


def test_a_certificate_and_a_key_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    certified(tmp_path)
    trustme.CA().issue_cert("other.example").private_key_pem.write_to_path(tmp_path / "key.pem")

    assert refused(tmp_path, TLS + BACKENDS) == [
        "1:10: server.tls: cert and key are not PEM files that belong together"
    ]


GOOD_ORIGINS = [
    "https://a.example",
    "http://localhost:3000",
    "http://[::1]:8080",
    "http://10.0.0.7",
]


def test_exact_origins_are_taken(tmp_path: Path) -> None:
    text = f"cors:\n  origins: {GOOD_ORIGINS}\n{BACKENDS}"

    assert list(loaded(tmp_path, text).cors.origins) == GOOD_ORIGINS


@pytest.mark.parametrize(
    "origin",
    [
        *("*", "null", "a.example", "https://*.example", "https://a.example/", "HTTPS://a.example"),
        *(
            "https://A.example",
            "https://user@a.example",
            "https://a.example:many",
            "ftp://a.example",
        ),
    ],
)
def test_what_is_no_exact_origin_is_refused(tmp_path: Path, origin: str) -> None:
    (problem,) = refused(tmp_path, f"cors:\n  origins: ['{origin}']\n{BACKENDS}")

    assert "cors.origins[0]" in problem
    assert "exact origin" in problem
