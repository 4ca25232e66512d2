"""Certificates made on the fly: good ones, and those that nobody should trust."""

import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import trustme

from tests.laboratory.server import HOST

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Identity:
    """What a server shows, and the pin by which it may be known."""

    leaf: trustme.LeafCert

    @property
    def tls(self) -> ssl.SSLContext:
        """Give what a server encrypts with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.leaf.configure_cert(context)
        return context

    @property
    def pin(self) -> str:
        """Give the SHA-256 of the certificate."""
        der = ssl.PEM_cert_to_DER_cert(self.leaf.cert_chain_pems[0].bytes().decode())
        return hashlib.sha256(der).hexdigest()


class Certificates:
    """An authority that is known by a file in this folder, and one that is not."""

    def __init__(self, folder: Path) -> None:
        self.ca_file = folder / "authority.pem"
        self._authority = trustme.CA()
        self._authority.cert_pem.write_to_path(self.ca_file)

    @cached_property
    def good(self) -> Identity:
        """Be who one says one is."""
        return Identity(self._authority.issue_cert(HOST))

    @cached_property
    def expired(self) -> Identity:
        """Have been good once."""
        return Identity(self._authority.issue_cert(HOST, not_before=_LONG_AGO, not_after=_LONG_AGO))

    @cached_property
    def of_another_name(self) -> Identity:
        """Be somebody else."""
        return Identity(self._authority.issue_cert("elsewhere.example"))

    @cached_property
    def of_unknown_issuer(self) -> Identity:
        """Be vouched for by nobody who is known."""
        return Identity(trustme.CA().issue_cert(HOST))
