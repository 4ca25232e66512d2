"""Certificates are always verified: by the system's authorities, a file's, or a pin."""

import ssl

from aiohttp import Fingerprint

from gateway.transport.limits import Trust


def verification(trust: Trust) -> ssl.SSLContext | Fingerprint:
    """Give what aiohttp is to verify a server's certificate with."""
    if trust.fingerprint_sha256 is not None:
        return Fingerprint(trust.fingerprint_sha256)
    context = ssl.create_default_context(cafile=trust.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
