"""``adapter``: working on a file that describes an adapter."""

from collections.abc import Sequence
from pathlib import Path

import click

_FILE = click.argument("file", type=click.Path(path_type=Path))

# The imports wait until a command runs: help and usage errors should load nothing.


@click.group("adapter")
def adapter_group() -> None:
    """Work on a file that describes a vendor's API."""


@adapter_group.command()
@_FILE
def lint(file: Path) -> None:
    """Say all that is wrong with a file, and what it might say besides."""
    from gateway.cli.workbench import opened  # noqa: PLC0415  # said above

    for remark in opened(file).remarks():
        click.echo(f"{file}: remark: {remark}", err=True)
    click.echo(f"{file}: in order")


@adapter_group.command()
@_FILE
@click.option("--law", "laws", multiple=True, metavar="LAW", help="Try this law alone, such as L4.")
def conform(file: Path, laws: Sequence[str]) -> None:
    """Put an adapter to the laws: with a fake vendor made from the file, and with its samples."""
    from gateway.cli.conforming import conform_to  # noqa: PLC0415  # said above

    conform_to(file, laws)
