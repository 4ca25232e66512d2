"""L10: no credential and no word of the vendor is found where it does not belong."""

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.rig import Rig, rigged
from gateway.conformance.troubles import CANARY, HTTP_TROUBLES, RPC_TROUBLES
from gateway.spi import First, HttpEndpoint, UpstreamError

_SHORTEST = 4
"""Shorter credentials are found by chance."""

_SHORTEST_OF_TICKETS = 12
"""Tickets hold words beside what is secret, as the name of a dialect."""


async def quiet(harness: Harness) -> None:
    """No credential is shown by what an adapter is, plans, addresses or reads."""
    async with rigged(harness) as rig:
        context = await rig.log_in()
        pages = await rig.pages(rig.plan())
        shown = [rig.adapter, rig.options, context, context.ticket, rig.plan(), rig.adapter.plan]
        addresses = [each.at for each in pages]
        sessions = [rig.session(record) for each in pages for record in each.page.records]
        _check(rig, map(_shown, (*shown, *addresses)), {*context.ticket.values.values()})
        # What a ticket holds may name somebody, whom the vendor's records name too.
        _check(rig, map(_shown, sessions), ())


async def in_trouble(harness: Harness) -> None:
    """No credential and no word of the vendor is in an error or in the log, whatever happens."""
    async with rigged(harness) as rig:
        context = await rig.log_in()
        tickets = {*context.ticket.values.values()}
        with _listening() as log:
            told = [each async for each in _errors(rig)]
            holds(told, "nothing that goes wrong is an error")
        _check(rig, [*told, *log], tickets)
        heard = [text for text in told if CANARY in text]
        holds(not heard, f"an error repeats the vendor's words: {heard[:1]}")


async def _errors(rig: Rig) -> AsyncIterator[str]:
    is_http = isinstance(rig.adapter.endpoint(), HttpEndpoint)
    for trouble in HTTP_TROUBLES if is_http else RPC_TROUBLES:
        if trouble.is_silent:
            continue
        await rig.log_in()
        rig.tap.make_trouble(trouble.http, trouble.rpc)
        try:
            await rig.page(rig.plan(), First())
        except UpstreamError as error:
            yield f"{error} {error!r} {error.failure()}"
        finally:
            rig.tap.make_none()


def _check(rig: Rig, texts: Iterable[str], tickets: Iterable[str]) -> None:
    secrets = {secret for secret in _secrets(rig) if len(secret) >= _SHORTEST}
    secrets |= {secret for secret in tickets if len(secret) >= _SHORTEST_OF_TICKETS}
    for text in texts:
        for secret in secrets:
            if secret in text:
                broken(f"a credential is shown: {text.replace(secret, '[here]')[:300]}")


def _shown(thing: object) -> str:
    return repr(thing) + str(thing)


def _secrets(rig: Rig) -> Iterator[str]:
    for _, value in rig.options:
        if isinstance(value, SecretStr):
            yield value.get_secret_value()


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Collect everything that is logged, at every level."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(self.format(record))

    root, ear = logging.getLogger(), Ear(logging.NOTSET)
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.NOTSET)
    try:
        yield heard
    finally:
        root.setLevel(level)
        root.removeHandler(ear)


CHECKS = checks_of(Law.SECRECY, quiet, in_trouble)
