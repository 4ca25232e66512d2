"""HTTPS, served by the gateway itself."""

import ssl
from pathlib import Path

import aiohttp
import pytest
import trustme

from gateway.app.listening import url_of
from gateway.cli.serve import started
from gateway.config import ServerSettings
from gateway.config.settings import TlsSettings
from tests.support.gateway import backend, settings_for
from tests.web.test_headers import NOWHERE


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path) -> TlsSettings:
    issued = authority.issue_cert("127.0.0.1")
    settings = TlsSettings(cert=tmp_path / "cert.pem", key=tmp_path / "key.pem")
    issued.private_key_pem.write_to_path(settings.key)
    for pem in issued.cert_chain_pems:
        pem.write_to_path(settings.cert, append=True)
    return settings


async def health(authority: trustme.CA, tls: TlsSettings, context: ssl.SSLContext) -> int:
    authority.configure_trust(context)
    server = ServerSettings(port=0, tls=tls)
    runner = await started(settings_for(backend("roundware", NOWHERE), server=server))
    url = url_of(runner.addresses[0], is_encrypted=True) + "/healthz"
    try:
        async with aiohttp.ClientSession() as client, client.get(url, ssl=context) as response:
            return response.status
    finally:
        await runner.cleanup()


async def test_the_gateway_is_served_with_its_certificate(
    authority: trustme.CA, tls: TlsSettings
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    assert await health(authority, tls, context) == 200


async def test_nothing_before_tls_1_2_is_spoken(authority: trustme.CA, tls: TlsSettings) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises(aiohttp.ClientConnectorError):
        await health(authority, tls, context)
