"""``adapter record``: answers of a vendor's list, made into samples beside the file."""

from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.ending import fail, run
from gateway.cli.given import Given
from gateway.cli.reaching import Vendor, reaching
from gateway.cli.workbench import opened
from gateway.config import Settings
from gateway.spi import Address, First
from gateway.spi.described import Workbench

_FOLDER = Path("samples")


def record_samples(file: Path, given: Given, pages: int, *, is_forced: bool) -> None:
    """Read so many pages at most, and write a sample of each; leave files alone that are there."""
    workbench = opened(file)
    names = [_FOLDER / f"{file.stem}-{number}.json" for number in range(1, pages + 1)]
    there = [f"{file.parent / name}" for name in names if (file.parent / name).exists()]
    if there and not is_forced:
        fail(f"Error: {', '.join(there)}: there already; --force writes over them")
    run(_record(workbench, given.settings(file), file.parent, names))


async def _record(
    workbench: Workbench, settings: Settings, folder: Path, names: Sequence[Path]
) -> None:
    async with reaching(settings) as vendor:
        answers = await _answers(vendor, len(names))
    samples = workbench.samples_of(answers)
    written = names[: len(samples)]
    for name, sample in zip(written, samples, strict=True):
        _write(folder / name, sample)
        click.echo(f"{folder / name}: written")
        for misfit in workbench.misfits(sample):
            click.echo(f"{folder / name}: remark: {misfit}", err=True)
    _say_what_to_do(workbench, written)


async def _answers(vendor: Vendor, most: int) -> list[bytes]:
    """Read pages from the first on, in the vendor's own order."""
    plan = vendor.plan()
    answers: list[bytes] = []
    at: Address | None = First()
    while at is not None and len(answers) < most:
        heard = await vendor.page(plan, at)
        answers.append(heard.answer)
        at = heard.page.next
    return answers


def _write(file: Path, sample: bytes) -> None:
    try:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(sample)
    except OSError as error:
        fail(f"Error: {file}: cannot be written: {(error.strerror or '').lower()}")


def _say_what_to_do(workbench: Workbench, written: Sequence[Path]) -> None:
    click.echo("Texts, names, ids and numbers are made up; look them over before you share them.")
    unnamed = [name.as_posix() for name in written if name not in workbench.samples]
    if unnamed:
        listed = ", ".join([*(path.as_posix() for path in workbench.samples), *unnamed])
        click.echo(f"To have the map tried by them, say in the file: samples: [{listed}]")
