"""Nothing secret is told, whatever goes wrong between the gateway and any vendor."""

import base64
import logging
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from gateway.config import AuthSettings, BackendSettings, ServerSettings, Settings
from gateway.config.settings import Action, CacheSettings
from gateway.conformance.tap import Tap
from gateway.conformance.troubles import CANARY as WORDS
from gateway.conformance.troubles import HTTP_TROUBLES, RPC_TROUBLES, Trouble
from gateway.spi import RpcEndpoint
from gateway.spi.registry import load_adapter
from tests.conformance.vendors import VENDORS, dialects_of
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.web.test_canaries import KEY, OPERATIONS, Heard, everything
from tests.web.writing import key

CURSOR_KEY = "the key that canary cursors are sealed with"
NAME = "troubled"
HARNESSES = {
    f"{vendor.simulator.adapter} {dialect}".strip(): (vendor.simulator.adapter, harness)
    for vendor in VENDORS
    for dialect, harness in dialects_of(vendor).items()
}


def secrets_of(configured: BackendSettings) -> Mapping[str, str]:
    """Find every option that the adapter itself calls secret."""
    return {
        name: value.get_secret_value()
        for name, value in configured.options
        if isinstance(value, SecretStr)
    }


def forms_of(secret: str, others: Mapping[str, object]) -> Iterator[str]:
    """Write a secret in every way that it may go over a wire."""
    yield secret
    yield quote(secret, safe="")
    for user in ("", *(str(value) for value in others.values())):
        yield base64.b64encode(f"{user}:{secret}".encode()).decode()


def settings_over(configured: BackendSettings) -> Settings:
    mine = key(KEY, Action.READ, Action.WRITE).model_copy(update={"name": "me"})
    return settings_for(
        configured,
        server=ServerSettings(port=0, deadline_s=0.25),
        auth=AuthSettings(keys=(mine,)),
        cursor={"keys": [CURSOR_KEY]},
    )


async def told_of(gateway: Gateway, trouble: Trouble) -> list[str]:
    """Give what a client is told: of silence, by one call, since it takes its time."""
    if not trouble.is_silent:
        return [text async for text in everything(gateway, NAME)]
    async with gateway.client.get(
        f"{gateway.address}/v1/sessions", headers={"X-API-Key": KEY}
    ) as answer:
        return [f"{answer.raw_headers!r} {await answer.text()}"]


@pytest.mark.parametrize("is_logged_in", [False, True], ids=["at once", "after a page"])
@pytest.mark.parametrize("case", HARNESSES)
async def test_nothing_secret_is_told_of_any_trouble(
    case: str, is_logged_in: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    adapter, harness = HARNESSES[case]
    vendor = harness.vendor(5)
    tap = Tap(await vendor.start())
    options = vendor.options(await tap.start())
    configured = backend(
        adapter,
        options,
        name=NAME,
        operations=OPERATIONS[adapter],
        cache=CacheSettings(ttl_s=0),
        timeout_s=0.2,
    )
    words = {WORDS, KEY, CURSOR_KEY}
    for secret in secrets_of(configured).values():
        words |= {*forms_of(secret, options)}

    heard = []
    async with running(settings_over(configured)) as gateway:
        for trouble in troubles_between(configured):
            if is_logged_in:
                await gateway.get("/v1/sessions", headers={"X-API-Key": KEY})
            tap.make_trouble(trouble.http, trouble.rpc)
            heard += await told_of(gateway, trouble)
            tap.make_none()
    await tap.stop()
    await vendor.stop()

    assert Heard(heard).leaks(words) == []
    assert any(text.startswith("502 ") for text in heard), "the trouble was met"
    lines = [f"{each.name} {each.getMessage()} {each.exc_text or ''}" for each in of_ours(caplog)]
    assert Heard(lines).leaks(words) == []
    assert lines
    assert any(NAME in line for line in lines)


def of_ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Leave out what the fake vendors' own servers log."""
    return [each for each in caplog.records if each.name.startswith("gateway.")]


def troubles_between(configured: BackendSettings) -> tuple[Trouble, ...]:
    """Give what may go wrong on the wire that the adapter speaks over."""
    endpoint = load_adapter(configured.adapter)(configured.options).endpoint()
    return RPC_TROUBLES if isinstance(endpoint, RpcEndpoint) else HTTP_TROUBLES


@pytest.mark.parametrize("case", HARNESSES)
def test_every_option_that_is_a_credential_is_looked_for(case: str) -> None:
    adapter, harness = HARNESSES[case]
    configured = backend(adapter, harness.vendor(0).options("http://127.0.0.1:9"))

    named = {name for name in type(configured.options).model_fields if is_credential(name)}

    given = {name for name in named if name in configured.options.model_fields_set}
    assert given <= secrets_of(configured).keys()
    assert given, "there is something to be looked for"


def is_credential(name: str) -> bool:
    return any(word in name for word in ("key", "secret", "token", "password"))
