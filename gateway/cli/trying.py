"""``adapter try``: a page of a vendor's list, each record beside the session that it becomes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import click
import msgspec
from msgspec import Raw

from gateway.cli.asking import Asked, all_asked
from gateway.cli.ending import run
from gateway.cli.given import Given
from gateway.cli.reaching import Heard, Vendor, reaching
from gateway.cli.screen import Screen, tell, write_document
from gateway.cli.table import Table
from gateway.cli.workbench import opened
from gateway.config import Settings
from gateway.spi import First, Mapped, Rejected, Session

_NOTHING_MORE = "nothing more"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is shown, and in what form."""

    rows: int
    is_json: bool
    is_explained: bool


def try_file(file: Path, given: Given, wanted: Wanted) -> None:
    """Read one page, and show its records beside their sessions."""
    opened(file)
    run(_try(given.settings(file), wanted))


async def _try(settings: Settings, wanted: Wanted) -> None:
    async with reaching(settings) as vendor:
        heard = await vendor.page(vendor.plan(), First())
        mapped = [
            vendor.adapter.normalise(each, vendor.provenance()) for each in heard.page.records
        ]
        asked = await _asked(vendor, heard, mapped) if wanted.is_explained else None
    if wanted.is_json:
        write_document(_document(heard, mapped, asked))
        return
    shown = [*zip(heard.page.records, mapped, strict=True)][: wanted.rows]
    Screen.of_output().show(Table(("RECORD", "SESSION"), [*_side_by_side(shown)]))
    if asked is not None:
        click.echo()
        Screen.of_output().show(Table(("QUESTION", "ANSWERED", "SENT"), [*map(_row, asked)]))
    tell(_below(heard, mapped, len(shown)))


async def _asked(vendor: Vendor, heard: Heard, mapped: Sequence[Mapped | Rejected]) -> list[Asked]:
    sessions = [each.session for each in mapped if isinstance(each, Mapped)]
    return await all_asked(vendor.adapter, heard.context, sessions)


def _document(
    heard: Heard, mapped: Sequence[Mapped | Rejected], asked: Sequence[Asked] | None
) -> dict[str, object]:
    records = zip(heard.page.records, mapped, strict=True)
    questions = {} if asked is None else {"questions": asked}
    return {
        "records": [_beside(record, outcome) for record, outcome in records],
        "total": heard.page.total,
        "has_more": heard.page.next is not None,
        **questions,
    }


def _beside(record: Raw, outcome: Mapped | Rejected) -> dict[str, object]:
    if isinstance(outcome, Rejected):
        return {"record": record, "session": None, "rejected": outcome.reason}
    return {"record": record, "session": outcome.session, "unreadable": outcome.unreadable}


def _side_by_side(pairs: Iterable[tuple[Raw, Mapped | Rejected]]) -> Iterator[Sequence[str]]:
    for number, (record, outcome) in enumerate(pairs):
        if number:
            yield "", ""
        yield from zip_longest(_lines(record), _outcome_lines(outcome), fillvalue="")


def _outcome_lines(outcome: Mapped | Rejected) -> Sequence[str]:
    if isinstance(outcome, Rejected):
        return [f"none: {outcome.reason}"]
    return _lines(msgspec.json.encode(_told(outcome.session)))


def _told(session: Session) -> dict[str, object]:
    """Leave out what the vendor does not tell."""
    fields: dict[str, object] = msgspec.json.decode(msgspec.json.encode(session))
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def _lines(document: Raw | bytes) -> Sequence[str]:
    return msgspec.json.format(bytes(document), indent=2).decode().split("\n")


def _row(asked: Asked) -> Sequence[str]:
    sent = ", ".join(f"{where}={_written(value)}" for where, value in asked.sent.items())
    answered = "here" if asked.support is None else asked.support.value
    return asked.question, answered, sent or _NOTHING_MORE


def _written(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _below(heard: Heard, mapped: Sequence[Mapped | Rejected], shown: int) -> Iterator[str]:
    """Say how many there are, and what could not be read."""
    total = "" if heard.page.total is None else f" of {heard.page.total:,}"
    more = "more pages follow" if heard.page.next is not None else "there are no more"
    yield f"{len(mapped):,} records{total}, {shown:,} of them shown; {more}"
    rejected = [each.reason for each in mapped if isinstance(each, Rejected)]
    unreadable = chain.from_iterable(each.unreadable for each in mapped if isinstance(each, Mapped))
    for said, times in _counted([*rejected, *(f"cannot be read: {name}" for name in unreadable)]):
        yield f"{times:,} times: {said}"


def _counted(said: Sequence[str]) -> Iterator[tuple[str, int]]:
    yield from ((each, said.count(each)) for each in dict.fromkeys(said))
