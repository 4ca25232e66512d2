"""Loading a configuration for a command: its remarks on the error stream, its errors an end."""

from pathlib import Path

import click

from gateway.cli.ending import fail
from gateway.config import ConfigurationError, Settings, load, warnings


def loaded(
    path: Path, *, host: str | None = None, port: int | None = None, is_remarked: bool = True
) -> Settings:
    """Load a configuration file, or end with exit status 2 and all that is wrong with it.

    Remarks are about serving it: whoever does not serve may leave them out.
    """
    try:
        settings = load(path, host=host, port=port)
    except ConfigurationError as error:
        fail(str(error), status=2)
    for warning in warnings(settings) if is_remarked else ():
        click.echo(f"{path}: warning: {warning}", err=True)
    return settings
