"""Loading a configuration for a command: its remarks on the error stream, its errors an end."""

from pathlib import Path
from typing import Unpack

import click

from gateway.cli.ending import fail
from gateway.config import ConfigurationError, Served, Settings, load, warnings


def loaded(
    path: Path,
    *,
    text: str | None = None,
    is_strict: bool = False,
    is_remarked: bool = True,
    **served: Unpack[Served],
) -> Settings:
    """Load a configuration file, or end with exit status 2 and all that is wrong with it.

    Remarks are about serving it: whoever does not serve may leave them out. To who is strict a
    plugin that does not load is wrong too.
    """
    try:
        settings = load(path, text=text, is_strict=is_strict, **served)
    except ConfigurationError as error:
        fail(str(error), status=2)
    for warning in warnings(settings) if is_remarked else ():
        click.echo(f"{path}: warning: {warning}", err=True)
    return settings
