"""What is allowed in a configuration, but worth knowing."""

from collections.abc import Iterator

from gateway.config.accounts import AccountKey, account_key
from gateway.config.rules import is_loopback
from gateway.config.settings import Action, Settings
from gateway.spi.registry import missing
from gateway.spi.unusable import UnusableOptions


def warnings(settings: Settings) -> Iterator[str]:
    """Say what an operator should know, a line each, with the key it is about."""
    if not settings.cursor.keys:
        yield "cursor.keys: not given, so no cursor survives a restart"
    if not is_loopback(settings.server.host) and settings.server.tls is None:
        yield (
            "server.tls: not given, so keys and sessions travel unencrypted"
            " unless a proxy in front encrypts them"
        )
    if any(network.prefixlen == 0 for network in settings.server.trusted_proxies):
        yield "server.trusted_proxies: holds every address, so callers say themselves who they are"
    for name in missing(settings.plugins):
        yield f"plugins: {name} is not installed"
    yield from _unused_operations(settings)
    yield from _shared_accounts(settings)


def _unused_operations(settings: Settings) -> Iterator[str]:
    writing = [backend.name for backend in settings.backends if backend.operations]
    if writing and not any(Action.WRITE in key.actions for key in settings.auth.keys):
        yield (
            f"auth.keys: none has the action write, so nobody may use the operations"
            f" of {', '.join(writing)}"
        )


def _shared_accounts(settings: Settings) -> Iterator[str]:
    users: dict[AccountKey, list[str]] = {}
    for backend in settings.backends:
        if isinstance(backend.options, UnusableOptions):
            continue
        users.setdefault(account_key(backend), []).append(backend.name)
    for names in users.values():
        if len(names) > 1:
            yield f"backends: {', '.join(names)} use one account of a vendor and share its limits"
