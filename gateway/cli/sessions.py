"""``sessions``: one page as a table or as JSON, or the whole answer as lines or as CSV."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import click
import msgspec
from multidict import MultiMapping

from gateway.cli.ending import run
from gateway.cli.forms import Form
from gateway.cli.inquiry import Inquiry, inquiring
from gateway.cli.progress import Progress
from gateway.cli.rows import field_table, plan_table, session_table
from gateway.cli.screen import Screen, tell, write, write_document
from gateway.cli.settings import loaded
from gateway.cli.table import Table
from gateway.cli.words import counted, remarks
from gateway.config import Settings
from gateway.federation.run import SessionPage
from gateway.web.answers import count_shown, document, is_complete, page_document, rows_written
from gateway.web.writers import LINES, TABLE, Writer


def list_sessions(config: Path, parameters: MultiMapping[str], form: Form) -> None:
    """Answer from the configured backends."""
    run(_answer(loaded(config, is_remarked=False), parameters, form))


async def _answer(settings: Settings, parameters: MultiMapping[str], form: Form) -> None:
    # A sheet has no room to say what it lacks.
    async with inquiring(settings, parameters, is_all_required=form is Form.CSV) as inquiry:
        if inquiry.asked.is_explained:
            _explain(inquiry, form)
            return
        match form:
            case Form.TABLE:
                await _show_table(inquiry)
            case Form.JSON:
                await _write_page(inquiry)
            case Form.NDJSON:
                await _write(inquiry, LINES)
            case Form.CSV:
                await _write(inquiry, TABLE)


def _explain(inquiry: Inquiry, form: Form) -> None:
    match form:
        case Form.TABLE:
            Screen.of_output().show(plan_table(inquiry.plan()))
        case Form.JSON:
            write_document({"plan": inquiry.plan()})
        case Form.NDJSON | Form.CSV:
            raise click.UsageError("--explain: is given as a table, or with --json")


async def _show_table(inquiry: Inquiry) -> None:
    with Progress().shown():
        page = await inquiry.page()
    Screen.of_output().show(_table(inquiry, page))
    tell(_below(inquiry, page))


async def _write_page(inquiry: Inquiry) -> None:
    with Progress().shown():
        page = await inquiry.page()
    rows, following = rows_written(page, inquiry.asked), inquiry.cursors.following(page)
    write_document(page_document(page, inquiry.cursors, msgspec.Raw(rows), following))
    tell(remarks(page.reports))


async def _write(inquiry: Inquiry, writer: Writer) -> None:
    """Write the whole answer; what cannot be told in the format ends it."""
    begun = writer.begin(inquiry.asked)
    async with _walk(inquiry) as pages:
        async for page in pages:
            if not writer.may_go_on(page, inquiry.asked):
                inquiry.refuse_unless_served(page)
            write(begun + writer.rows(page, inquiry.asked))
            begun = b""
        write(writer.end(page, inquiry.cursors))
    inquiry.refuse_unless_served(page)
    tell(remarks(page.reports))


@asynccontextmanager
async def _walk(inquiry: Inquiry) -> AsyncIterator[AsyncIterator[SessionPage]]:
    """Read stretch after stretch, and show how far it has come unless that would be among them."""
    progress = Progress()

    async def noted() -> AsyncIterator[SessionPage]:
        async for page in stretches:
            progress.note(page)
            yield page

    with progress.shown(is_wanted=not sys.stdout.isatty()):
        async with aclosing(inquiry.stretches()) as stretches:
            yield noted()


def _table(inquiry: Inquiry, page: SessionPage) -> Table:
    asked = inquiry.asked
    if asked.fields is None and not asked.is_raw_wanted:
        return session_table(page.sessions)
    documents = [document(row, asked) for row in page.rows]
    return field_table(documents, asked.fields, is_raw_wanted=asked.is_raw_wanted)


def _below(inquiry: Inquiry, page: SessionPage) -> Iterator[str]:
    """Say what there is beyond a table, and what it lacks."""
    end = "" if is_complete(page) else ", not complete"
    yield f"{counted(len(page.rows), count_shown(page, inquiry.asked))}{end}"
    if page.next is not None and inquiry.settings.cursor.keys:
        yield f"more: the same with --cursor {inquiry.cursors.following(page)}"
    elif page.next is not None:
        yield "more: with --ndjson or --csv; page by page only with cursor.keys in the file"
    yield from remarks(page.reports)
