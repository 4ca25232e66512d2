"""How a command ends: well, unable to do its work, or by Ctrl-C."""

import asyncio
from collections.abc import Coroutine, Sequence
from http import HTTPStatus
from typing import NoReturn

import click

from gateway.cli.interrupts import end_interrupted
from gateway.cli.options import option_name
from gateway.cli.words import remarks
from gateway.web.problems import Problem

FAILED = 1
WRONG = 2


def fail(message: str, *, status: int = FAILED) -> NoReturn:
    """End with a message on the error stream."""
    click.echo(message, err=True)
    raise SystemExit(status)


def run(work: Coroutine[None, None, None]) -> None:
    """Do the work of a command to its end, and end the command in its own way if there is none."""
    try:
        asyncio.run(work)
    except Problem as problem:
        fail("\n".join(_in_words(problem)), status=_status(problem))
    except KeyboardInterrupt:
        end_interrupted()


def _in_words(problem: Problem) -> Sequence[str]:
    if problem.errors:
        return [
            f"Error: {option_name(error.parameter)}: {error.detail}" for error in problem.errors
        ]
    return [f"Error: {problem.detail}", *remarks(problem.backends or {})]


def _status(problem: Problem) -> int:
    """Tell wrong questions from those that could not be answered."""
    return WRONG if problem.status is HTTPStatus.BAD_REQUEST else FAILED
