"""From a file to settings, or to everything that is wrong with it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict, Unpack

from gateway.config.backends import OptionsReader
from gateway.config.references import References
from gateway.config.rules import (
    open_to_strangers,
    passwords_in_urls,
    repeated_names,
    unknown_backends,
    unsent_traces,
    unusable_cache,
    unusable_certificate,
    unusable_folder,
)
from gateway.config.settings import ConfigurationFile, ServerSettings, Settings, TlsSettings
from gateway.config.validation import Validator
from gateway.documents.problems import ConfigurationError
from gateway.documents.reading import noted, parsed
from gateway.documents.tree import KeyPath, select
from gateway.spi import Json


class Served(TypedDict, total=False):
    """What takes the place of what the file says of the server, unless it is None."""

    host: str | None
    port: int | None
    workers: int | None


_RULES = (repeated_names, unknown_backends, open_to_strangers, unusable_cache, unsent_traces)


def load(
    path: str | Path,
    environment: Mapping[str, str] = os.environ,
    *,
    text: str | None = None,
    is_strict: bool = False,
    **served: Unpack[Served],
) -> Settings:
    """Read a configuration and check it as a whole, without the network.

    ``text`` is what the file holds, if that was read before. Relative paths in it are taken from
    the file's folder. Raises :class:`ConfigurationError` with all that is wrong. A plugin that does
    not load is wrong only where this ``is_strict``: else its backends are there, and fail.
    """
    file = Path(path)
    document = parsed(file, text)
    problems = noted(file, document)
    references = References(file.parent, environment, problems)
    tree = references.resolve(_served_as(document.tree, served))
    for rule in _RULES:
        for at, message in rule(tree):
            problems.add(at, message)

    for at, message in passwords_in_urls(tree, references):
        problems.add(at, message)

    validator = Validator(references, problems)
    written = validator.read(ConfigurationFile, tree, ())
    plugins = [name for _, name in select(tree, "plugins[]") if isinstance(name, str)]
    reader = OptionsReader(file.parent, validator, problems, plugins, is_strict=is_strict)
    options = [reader.read(backend, at) for at, backend in select(tree, "backends[]")]
    server = None if written is None else _located(written.server, file.parent)
    for at, message in _unusable(server):
        problems.add(at, message)

    if written is None or server is None or problems:
        raise ConfigurationError(problems)
    located = written.model_copy(update={"server": server})
    chosen = [each for each in options if each is not None]
    backends = [
        reader.resolve(entry, options, located.defaults)
        for entry, options in zip(located.backends, chosen, strict=True)
    ]
    return Settings.model_validate(dict(located) | {"backends": backends})


def _served_as(tree: Json, served: Served) -> Json:
    given = {key: value for key, value in served.items() if value is not None}
    server = tree.get("server", {}) if isinstance(tree, dict) else None
    return {**tree, "server": {**server, **given}} if given and isinstance(server, dict) else tree


def _located(server: ServerSettings, folder: Path) -> ServerSettings:
    """Take paths from the folder of the file on, wherever we were started."""
    tls, state_dir = server.tls, server.state_dir
    return server.model_copy(
        update={
            "state_dir": state_dir and folder / state_dir,
            "tls": tls and TlsSettings(cert=folder / tls.cert, key=folder / tls.key),
        }
    )


def _unusable(server: ServerSettings | None) -> Iterator[tuple[KeyPath, str]]:
    if server is not None:
        yield from unusable_folder(server.state_dir)
        yield from unusable_certificate(server.tls)
