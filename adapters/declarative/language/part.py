"""What all parts of a file have in common, and the texts that stand in several of them."""

import re
from typing import Annotated, TypeAlias, cast

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from gateway.spi import Json

_STEP = re.compile(r"[^.\s\[\]{}*|]+")
_REFERENCE = re.compile(r"\$\{(?P<from>options|session)\.(?P<name>[a-z][a-z0-9_]*)\}")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Part(BaseModel):
    """A part of the file: it does not change, and knows all its keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        populate_by_name=False,
        allow_inf_nan=False,
    )


def _steps(path: str) -> str:
    if not all(_STEP.fullmatch(step) for step in path.split(".")):
        raise ValueError("must be names with dots between them, such as times.begin")
    return path


def _compiled(expression: str) -> str:
    try:
        jmespath.compile(expression)
    except JMESPathError as error:
        raise ValueError(f"is no JMESPath expression: {_first_line(error)}") from None
    return expression


def _first_line(error: JMESPathError) -> str:
    return str(error).partition("\n")[0].rstrip(":")


def _pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error.msg}") from None
    return pattern


def _text(text: str) -> str:
    if "${" in _REFERENCE.sub("", text):
        raise ValueError("holds a ${ that is neither ${options.NAME} nor ${session.NAME}")
    return text


def _rooted(path: str) -> str:
    if not path.startswith("/") or "?" in path or "#" in path:
        raise ValueError("must begin with / and hold neither ? nor #: use query for parameters")
    return path


def _remark(text: str) -> FieldInfo:
    """Say in the schema, behind what a key is for, what every value of this kind is."""
    # pydantic's own description would stand in place of what the key is for.
    return cast("FieldInfo", Field(json_schema_extra={"$comment": text}))


DottedPath = Annotated[
    str, AfterValidator(_steps), _remark("Names with dots between them, such as times.begin.")
]
Expression = Annotated[
    str, AfterValidator(_compiled), _remark("JMESPath, such as people[?role=='subject'] | [0].id.")
]
Text = Annotated[
    str, AfterValidator(_text), _remark("${options.NAME} stands for an option of the backend.")
]
PathText = Annotated[
    str,
    AfterValidator(_text),
    AfterValidator(_rooted),
    _remark("It begins with /; ${options.NAME} stands for an option of the backend."),
]
Pattern = Annotated[
    str,
    AfterValidator(_pattern),
    _remark("A regular expression, which the whole value must match."),
]
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,62}$")]

Tree: TypeAlias = Json
"""A JSON value whose texts may hold references."""


def references(text: str) -> list[tuple[str, str]]:
    """Find what a text refers to: ``options`` or ``session``, and the name there."""
    return [(found["from"], found["name"]) for found in _REFERENCE.finditer(text)]


def substituted(text: str, values: dict[str, dict[str, str]]) -> str:
    """Put values in the places of references, by ``options`` or ``session``, and by name."""
    return _REFERENCE.sub(lambda found: values[found["from"]][found["name"]], text)


def placeholders(path: str) -> list[str]:
    """Name what is to be filled into a path, as ``native_id`` in ``/sessions/{native_id}``."""
    return _PLACEHOLDER.findall(_REFERENCE.sub("", path))
