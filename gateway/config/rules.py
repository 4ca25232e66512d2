"""What must hold between parts of a configuration."""

import ipaddress
import os
import ssl
from collections.abc import Container, Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from gateway.config.settings import TlsSettings
from gateway.config.values import is_true
from gateway.documents.problems import shown
from gateway.documents.tree import KeyPath, select
from gateway.spi import AdapterOptions, Json

_UNIQUE = ("backends[].name", "auth.keys[].name", "auth.keys[].sha256")


def repeated_names(tree: Json) -> Iterator[tuple[KeyPath, str]]:
    """Find what is named twice though the name must tell it apart."""
    for pattern in _UNIQUE:
        seen: dict[str, KeyPath] = {}
        for path, value in _texts(tree, pattern):
            first = seen.setdefault(value.lower(), path)
            if first != path:
                yield path, f"must differ from {shown(first)}"


def unknown_backends(tree: Json) -> Iterator[tuple[KeyPath, str]]:
    """Find the backends that a key names and nobody knows."""
    known = list(dict.fromkeys(name for _, name in _texts(tree, "backends[].name")))
    for path, name in _texts(tree, "auth.keys[].backends[]"):
        if name not in (*known, "*"):
            yield path, f"no such backend; the backends are: {', '.join(known)}, or * for all"


def passwords_in_urls(tree: Json, outside: Container[KeyPath]) -> Iterator[tuple[KeyPath, str]]:
    """Find the passwords that stand in the file: what came from outside of it is known by place."""
    for pattern in ("backends[].proxy", "shared_cache"):
        for path, url in _texts(tree, pattern):
            if "@" in url and path not in outside:
                message = (
                    "a password must not stand in the file; write a reference to the whole URL"
                )
                yield path, message


def unusable_cache(tree: Json) -> Iterator[tuple[KeyPath, str]]:
    """Find why replicas could not share a cache."""
    for path, _ in _texts(tree, "shared_cache"):
        if not any(True for _ in select(tree, "cursor.keys[]")):
            yield path, "needs cursor.keys, by which replicas know what is theirs"
        if find_spec("redis") is None:
            yield path, "needs the package redis: pip install 'session-gateway[redis]'"


def open_to_strangers(tree: Json) -> Iterator[tuple[KeyPath, str]]:
    """Find that others can reach the gateway though nobody said who may call."""
    has_callers = any(True for _ in select(tree, "auth.keys[]"))
    is_anonymous = any(is_true(value) for _, value in select(tree, "auth.anonymous"))
    for path, host in _texts(tree, "server.host"):
        if not (has_callers or is_anonymous or is_loopback(host)):
            yield path, "beyond this machine auth.keys are needed, or auth.anonymous: true"


def unsent_traces(tree: Json) -> Iterator[tuple[KeyPath, str]]:
    """Find traces that would not be sent: what it takes is not installed, or not configured."""
    endpoints = [(at, value) for at, value in select(tree, "traces.endpoint") if value is not None]
    for path, _ in endpoints:
        if find_spec("opentelemetry") is None:
            yield path, "takes the extra otel: pip install 'session-gateway[otel]'"
    for path, value in select(tree, "backends[].trace_context"):
        if is_true(value) and not endpoints:
            yield path, "has no effect without traces.endpoint"


def unusable_proxy(proxy: Json, options: AdapterOptions) -> Iterator[str]:
    """Find why a proxy could not carry what goes to a vendor."""
    if not isinstance(proxy, str):
        return
    vendor = urlsplit(options.url)
    if vendor.scheme == "ws":
        yield "proxies carry https:, http: and wss:, but not ws:, which the url has"
    elif vendor.scheme == "http" and not (options.allow_plaintext or _is_on_loopback(proxy)):
        yield "the url is not encrypted; beyond this machine that needs allow_plaintext: true"


def _is_on_loopback(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


def unusable_files(options: AdapterOptions, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Find files that a backend cannot do without, and cannot be used."""
    if options.ca_file is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(options.ca_file)
    except FileNotFoundError:
        yield (*path, "ca_file"), f"no such file: {options.ca_file}"
    except OSError:  # What is not PEM is an SSLError, which is an OSError too.
        yield (*path, "ca_file"), f"no PEM certificates can be read from {options.ca_file}"


def unusable_folder(folder: Path | None) -> Iterator[tuple[KeyPath, str]]:
    """Find that what is to outlive the gateway could not be written down."""
    if folder is None:
        return
    if not folder.is_dir():
        yield ("server", "state_dir"), f"no such folder: {folder}"
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield ("server", "state_dir"), f"cannot be written to: {folder}"


def unusable_certificate(tls: TlsSettings | None) -> Iterator[tuple[KeyPath, str]]:
    """Find that the gateway could not be served with its certificate."""
    if tls is None:
        return
    missing = [(name, file) for name, file in tls if not file.is_file()]
    for name, file in missing:
        yield ("server", "tls", name), f"no such file: {file}"
    if not missing:
        try:
            # A key with a passphrase would ask the terminal for it.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                tls.cert, tls.key, password=lambda: b""
            )
        except (OSError, ValueError):
            yield ("server", "tls"), "cert and key are not PEM files that belong together"


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _texts(tree: Json, pattern: str) -> Iterator[tuple[KeyPath, str]]:
    return ((path, value) for path, value in select(tree, pattern) if isinstance(value, str))
