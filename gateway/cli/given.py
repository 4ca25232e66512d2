"""What a command was given to reach the vendor of a file with, as settings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from gateway.cli.ending import WRONG, fail
from gateway.cli.settings import loaded
from gateway.cli.workbench import ADAPTER
from gateway.config import BackendSettings, ConfigurationError, Problem, Settings, load

_AT = "backends[0].options."
_NAME = "tried"
"""The name of a backend that has none."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given to reach a vendor with: a configuration, or single options."""

    config: Path | None = None
    backend: str | None = None
    options: Sequence[str] = ()

    def settings(self, file: Path) -> Settings:
        """Make the settings of the one backend of this file, or end with all that is wrong."""
        if self.config is None:
            if self.backend is not None:
                raise click.UsageError("--backend: is one of a configuration; give that by -c")
            return _of_options(file, self.options)
        if self.options:
            raise click.UsageError("--set: the options are those of the configuration")
        settings = loaded(self.config, is_remarked=False)
        chosen = self._chosen(settings.backends, file)
        return settings.model_copy(update={"backends": (chosen,)})

    def _chosen(self, backends: Sequence[BackendSettings], file: Path) -> BackendSettings:
        of_file = {each.name: each for each in backends if _is_of(each, file)}
        if self.backend is not None:
            of_file = {name: each for name, each in of_file.items() if name == self.backend}
        if not of_file:
            named = "no backend" if self.backend is None else f"{self.backend} is no backend"
            fail(f"Error: {self.config}: {named} of {file}", status=WRONG)
        if len(of_file) > 1:
            raise click.UsageError(f"--backend: say which of them is meant: {', '.join(of_file)}")
        return next(iter(of_file.values()))


def _is_of(backend: BackendSettings, file: Path) -> bool:
    named = getattr(backend.options, "spec", None)
    return backend.adapter == ADAPTER and isinstance(named, Path) and named.samefile(file)


def _of_options(file: Path, options: Sequence[str]) -> Settings:
    named = dict(map(_pair, options))
    backend = {
        "name": _NAME,
        "adapter": ADAPTER,
        "options": {"spec": str(file.absolute()), **named},
    }
    try:
        # Paths in references are relative to where we are.
        return load("--set", text=json.dumps({"backends": [backend]}))
    except ConfigurationError as error:
        fail("\n".join(map(_of_command_line, error.problems)), status=WRONG)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"--set: {text!r} is not NAME=VALUE")
    return name, value


def _of_command_line(problem: Problem) -> str:
    """Say what is wrong with an option: there are no lines to point to."""
    message = problem.message.replace("stand in the file", "stand on the command line")
    option = problem.path.removeprefix(_AT)
    return f"Error: --set {option}: {message}" if option != problem.path else str(problem)
