"""The forms that a command writes its answer in, and the options that choose one."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

import click

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class Form(StrEnum):
    """How an answer is written: a table, if nothing is said."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


def form_options(help_of: Mapping[Form, str]) -> Callable[[CommandT], CommandT]:
    """Give a command an option for every form but the table."""

    def decorate(command: CommandT) -> CommandT:
        for form, said in reversed([*help_of.items()]):
            command = click.option(f"--{form}", f"is_{form}", is_flag=True, help=said)(command)
        return command

    return decorate


def chosen_form(*, is_json: bool, is_ndjson: bool, is_csv: bool) -> Form:
    """Find the form that was asked for; several are wrong usage."""
    wanted = {Form.JSON: is_json, Form.NDJSON: is_ndjson, Form.CSV: is_csv}
    forms = [form for form, is_wanted in wanted.items() if is_wanted] or [Form.TABLE]
    if len(forms) > 1:
        raise click.UsageError(f"--{forms[0]} and --{forms[1]}: only one of them can be given")
    return forms[0]
