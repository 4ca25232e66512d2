"""``adapter``: working on a file that describes an adapter."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.cli.logs import log_to_stderr

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_FILE = click.argument("file", type=click.Path(path_type=Path))

# The imports wait until a command runs: help and usage errors should load nothing.


@click.group("adapter")
def adapter_group() -> None:
    """Work on a file that describes a vendor's API."""
    log_to_stderr(is_wanted=False)


def _reaching_options(command: CommandT) -> CommandT:
    """Give a command the options by which a vendor is reached."""
    options = (
        click.option(
            "-c",
            "--config",
            type=click.Path(path_type=Path),
            help="Take the options of a backend of this configuration.",
        ),
        click.option("--backend", metavar="NAME", help="Of this one, where several have the file."),
        click.option(
            "--set",
            "options",
            multiple=True,
            metavar="NAME=VALUE",
            help="An option; a secret as NAME='${env:VARIABLE}' or NAME='${file:PATH}'.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@adapter_group.command()
@_FILE
def lint(file: Path) -> None:
    """Say all that is wrong with a file, and what it might say besides."""
    from gateway.cli.workbench import opened  # noqa: PLC0415  # said above

    for remark in opened(file).remarks():
        click.echo(f"{file}: remark: {remark}", err=True)
    click.echo(f"{file}: in order")


@adapter_group.command("try")
@_FILE
@_reaching_options
@click.option(
    "--rows", type=click.IntRange(1, 1000), default=3, show_default=True, help="Records to show."
)
@click.option("--explain", is_flag=True, help="Say also what each filter and order would send.")
@click.option("--json", "is_json", is_flag=True, help="The whole page, as JSON.")
def try_(  # noqa: PLR0913  # its options
    file: Path,
    config: Path | None,
    backend: str | None,
    options: Sequence[str],
    rows: int,
    *,
    explain: bool,
    is_json: bool,
) -> None:
    """Read one page of the vendor, and show its records beside what becomes of them."""
    from gateway.cli.given import Given  # noqa: PLC0415  # said above
    from gateway.cli.trying import Wanted, try_file  # noqa: PLC0415  # said above

    try_file(file, Given(config, backend, options), Wanted(rows, is_json, explain))


@adapter_group.command()
@_FILE
@_reaching_options
@click.option(
    "--pages", type=click.IntRange(1, 100), default=1, show_default=True, help="So many at most."
)
@click.option("--force", is_flag=True, help="Write over samples that are there.")
def record(  # noqa: PLR0913  # its options
    file: Path,
    config: Path | None,
    backend: str | None,
    options: Sequence[str],
    pages: int,
    *,
    force: bool,
) -> None:
    """Write samples of the vendor's list beside the file, with made-up values in them."""
    from gateway.cli.given import Given  # noqa: PLC0415  # said above
    from gateway.cli.recording import record_samples  # noqa: PLC0415  # said above

    record_samples(file, Given(config, backend, options), pages, is_forced=force)


@adapter_group.command()
@_FILE
@click.option("--law", "laws", multiple=True, metavar="LAW", help="Try this law alone, such as L4.")
def conform(file: Path, laws: Sequence[str]) -> None:
    """Put an adapter to the laws: with a fake vendor made from the file, and with its samples."""
    from gateway.cli.conforming import conform_to  # noqa: PLC0415  # said above

    conform_to(file, laws)
