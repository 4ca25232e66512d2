"""The parameters of a list as options: the same names, and the same rules for their values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from multidict import MultiDict

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

HELP: Mapping[str, str] = {
    "backend": "Ask this backend.",
    "vendor": "Ask the backends of this vendor.",
    "status": "active, ended or unknown.",
    "user": "The user's id or name, exactly.",
    "device": "The device's id or name, exactly.",
    "client": "The client's name, exactly.",
    "space": "The id or name of where it takes place, exactly.",
    "language": "The language.",
    "tag": "One of its tags.",
    "native_id": "The vendor's own id.",
    "native_status": "The vendor's own word for the status.",
    "started_after": "Started at this instant (RFC 3339 with an offset, or a date) or later.",
    "started_before": "Started before this instant.",
    "ended_after": "Ended at this instant or later.",
    "ended_before": "Ended before this instant.",
    "active_after": "Last active at this instant or later.",
    "active_before": "Last active before this instant.",
    "min_duration": "As long or longer: seconds, or such as PT1H30M.",
    "max_duration": "Shorter.",
    "q": "Words in title, user, device or space.",
    "sort": "Fields to sort by, with - for descending, such as -started_at,user.",
    "limit": "How many sessions: 50 if not given, 1000 at most; for lines and CSV no cap.",
    "cursor": "Go on behind the page that told this.",
    "count": "cheap, exact or none: what may be done to count all of them.",
    "fields": "Fields of the document to give, such as id,status,user.",
    "include": "raw: the vendor's record, too.",
    "require": "all, or names of backends: fail without them.",
    "explain": "Say what would be asked of each backend, and ask none.",
}
"""What is said of each parameter that has a fixed name."""

_ATTRIBUTES = "attributes."
_DIRECTORY = ("backend", "vendor")
_OPTIONAL_VALUE = {"explain": "true"}
"""Options that stand for this value where none follows."""


def list_options(command: CommandT) -> CommandT:
    """Give a command an option for every parameter of a list.

    All may be repeated as far as the command line is concerned: which must not is for the rules.
    """
    attribute = click.option(
        "--attributes",
        multiple=True,
        metavar="NAME=VALUE",
        help="The attribute of this name has this value.",
    )
    for decorate in reversed([*map(_option, HELP), attribute]):
        command = decorate(command)
    return command


def directory_options(command: CommandT) -> CommandT:
    """Give a command the options that name backends."""
    for decorate in reversed([*map(_option, _DIRECTORY)]):
        command = decorate(command)
    return command


def parameters_of(given: Mapping[str, Sequence[str]]) -> MultiDict[str]:
    """Make the parameters of a list of the options that were given."""
    pairs = MultiDict[str]((name, value) for name in HELP for value in given.get(name, ()))
    for text in given.get("attributes", ()):
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--attributes: {text!r} is not NAME=VALUE")
        pairs.add(_ATTRIBUTES + name, value)
    _refuse_unreadable(pairs)
    return pairs


def option_name(parameter: str) -> str:
    """Name the option that stands for a parameter."""
    if parameter.startswith(_ATTRIBUTES):
        return f"--attributes {parameter.removeprefix(_ATTRIBUTES)}"
    return "--" + parameter.replace("_", "-") if parameter in HELP else "options"


def _option(name: str) -> Callable[[CommandT], CommandT]:
    option, said = option_name(name), HELP[name]
    value = _OPTIONAL_VALUE.get(name)
    if value is None:
        return click.option(option, name, multiple=True, metavar="VALUE", help=said)
    # The value may be left out.
    return click.option(option, name, multiple=True, is_flag=False, flag_value=value, help=said)


def _refuse_unreadable(pairs: MultiDict[str]) -> None:
    for name, value in pairs.items():
        try:
            f"{name}{value}".encode()
        except UnicodeEncodeError:  # An argument that was not UTF-8.
            raise click.UsageError(f"{option_name(name)}: is not UTF-8") from None
