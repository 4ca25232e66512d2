"""Certificates are always verified: by the system's authorities, a file's, or a pin."""

import functools
import ssl
from pathlib import Path

from aiohttp import Fingerprint

from gateway.transport.limits import Trust


def verification(trust: Trust) -> ssl.SSLContext | Fingerprint:
    """Give what aiohttp is to verify a server's certificate with; TLS 1.2 is the oldest it speaks.

    Raises ``ValueError`` for a file without certificates and for a pin that is not SHA-256.
    """
    if trust.fingerprint_sha256 is not None:
        return Fingerprint(trust.fingerprint_sha256)
    if trust.ca_file is not None:
        return _context_of(trust.ca_file)
    return _system_context()


def _context_of(ca_file: Path) -> ssl.SSLContext:
    try:
        return _context(ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"ca_file {ca_file}: no PEM certificates can be read from it") from error


# Reading the system's authorities takes 30 ms, and they are the same for every backend.
@functools.cache
def _system_context() -> ssl.SSLContext:
    return _context(None)


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
