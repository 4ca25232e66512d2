"""Reading a configuration again for a process that runs, which cannot change all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from gateway.config.load import Served, load
from gateway.config.settings import CursorSettings, ServerSettings, Settings

_FIXED = ("host", "port", "workers", "state_dir")
"""What of ``server`` a process has for life."""

_FIXED_SECTIONS = ("log", "traces", "shared_cache")
"""What else it has for life."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What is to be in force, and the keys that would take a restart: these are as they were."""

    settings: Settings
    kept: Sequence[str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a configuration comes from: a file, and what was said beside it of the server.

    ``cursor_key`` is what cursors are sealed with where the file has no keys for that. ``on_read``
    is called with every configuration that was read from it and is in order.
    """

    path: Path
    served: Served = field(default_factory=Served)
    cursor_key: SecretStr | None = None
    on_read: Callable[[Settings], None] = field(default=lambda _: None, compare=False)

    def read(self) -> Settings:
        """Read it for the first time; raise :class:`ConfigurationError` with all that is wrong."""
        return self.completed(load(self.path, **self.served))

    def completed(self, settings: Settings) -> Settings:
        """Have cursors sealed as they are elsewhere."""
        self.on_read(settings)
        if settings.cursor.keys or self.cursor_key is None:
            return settings
        shared = CursorSettings(keys=(self.cursor_key,))
        return settings.model_copy(update={"cursor": shared})

    def read_again(self, running: Settings) -> Reread:
        """Read it for a process that runs; raise :class:`ConfigurationError` as for a new one.

        The address that is listened on stays, so what is asked of a file for that address is asked
        of this one.
        """
        wanted = self.read()
        kept = _kept(wanted.server, running.server)
        if "host" in kept:
            served = Served(**{**self.served, "host": running.server.host})
            wanted = self.completed(load(self.path, **served))
        as_it_was = {key: getattr(running.server, key) for key in kept}
        server = wanted.server.model_copy(update=as_it_was)
        sections = [key for key in _FIXED_SECTIONS if getattr(wanted, key) != getattr(running, key)]
        as_they_were = {key: getattr(running, key) for key in sections}
        return Reread(
            wanted.model_copy(update={"server": server, **as_they_were}),
            [*(f"server.{key}" for key in kept), *sections],
        )


def _kept(wanted: ServerSettings, running: ServerSettings) -> Sequence[str]:
    changed = [key for key in _FIXED if getattr(wanted, key) != getattr(running, key)]
    # Which certificate may change, but not whether there is one.
    return changed if bool(wanted.tls) == bool(running.tls) else [*changed, "tls"]
