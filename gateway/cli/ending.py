"""How a command ends that could not do its work."""

from typing import NoReturn

import click


def fail(message: str, *, status: int = 1) -> NoReturn:
    """End with a message on the error stream."""
    click.echo(message, err=True)
    raise SystemExit(status)
