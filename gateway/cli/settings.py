"""Loading a configuration for a command: its remarks on the error stream, its errors an end."""

from pathlib import Path

import click

from gateway.cli.ending import fail
from gateway.config import ConfigurationError, Settings, load, warnings


def loaded(path: Path, *, host: str | None = None, port: int | None = None) -> Settings:
    """Load a configuration file, or end with exit status 2 and all that is wrong with it."""
    try:
        settings = load(path, host=host, port=port)
    except ConfigurationError as error:
        fail(str(error), status=2)
    for warning in warnings(settings):
        click.echo(f"{path}: warning: {warning}", err=True)
    return settings
