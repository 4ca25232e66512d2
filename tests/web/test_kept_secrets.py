"""What holds secrets shows none of them, and an outage tells little, however often it is met."""

import hashlib
import logging
from collections.abc import Iterator

import pytest

from gateway.app import cursor_sealer
from gateway.config import AuthSettings, BackendSettings, KeySettings
from gateway.config.settings import CacheSettings
from gateway.spi.registry import load_adapter
from gateway.web.callers import ApiKey, Caller, Keyring
from tests.conformance.vendors import VENDORS, dialects_of
from tests.support.gateway import backend, running, settings_for
from tests.web.test_headers import NOWHERE
from tests.web.test_secrets_in_trouble import secrets_of

CURSOR_KEY = "the key that canary cursors are sealed with"
CALLS = 30


def configured_vendors() -> Iterator[tuple[str, BackendSettings]]:
    for vendor in VENDORS:
        for dialect, harness in dialects_of(vendor).items():
            adapter = vendor.simulator.adapter
            options = harness.vendor(0).options("http://127.0.0.1:9")
            yield f"{adapter} {dialect}", backend(adapter, options)


@pytest.mark.parametrize(
    "configured", [pytest.param(each, id=name) for name, each in configured_vendors()]
)
def test_nothing_that_holds_a_credential_shows_it(configured: BackendSettings) -> None:
    adapter = load_adapter(configured.adapter)(configured.options)
    settings = settings_for(configured, cursor={"keys": [CURSOR_KEY]})
    holders = (settings, configured, configured.options, adapter, adapter.endpoint())

    shown = " ".join(f"{each!r} {each}" for each in holders)
    shown += f" {settings.model_dump()} {settings.model_dump_json()} {cursor_sealer(settings)!r}"

    secrets = [*secrets_of(configured).values(), CURSOR_KEY]
    assert len(secrets) > 1
    assert not [secret for secret in secrets if secret in shown]


def test_a_keyring_holds_no_key() -> None:
    digest = hashlib.sha256(b"canary").digest()
    settings = AuthSettings(keys=(KeySettings(name="k", sha256=digest.hex()),))

    keyring = Keyring([ApiKey(Caller("k"), digest)], is_key_needed=True)

    assert "canary" not in f"{keyring!r} {settings!r}"


async def test_an_outage_is_told_once_and_each_call_in_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "gateway")
    gone = backend("roundware", NOWHERE, name="gone", cache=CacheSettings(ttl_s=0))

    async with running(settings_for(gone)) as gateway:
        statuses = [(await gateway.get("/v1/sessions")).status for _ in range(CALLS)]

    lines = [each.getMessage() for each in caplog.records if each.name.startswith("gateway")]
    assert set(statuses) == {502, 503}
    told = [line.split(": ")[1] for line in lines if line.startswith("backend gone")]
    assert told == ["connect", "circuit_open"]
    assert len(lines) == CALLS + 2
    assert max(map(len, lines)) < 200
    assert not [each for each in caplog.records if each.exc_info]
