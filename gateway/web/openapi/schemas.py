"""The shapes of what is answered, read off the types that are written down."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, defstruct
from msgspec.json import schema_components

from gateway.federation.explaining import Explanation, Pushed
from gateway.federation.summary import GROUPINGS
from gateway.model.query import Condition
from gateway.model.schema import Schema
from gateway.model.session import Session, Status
from gateway.spi.abilities import FieldKind, Support
from gateway.web import documents
from gateway.web.catalogue import CATALOGUE
from gateway.web.problems import ProblemDocument

_HOME = "#/components/schemas/"
_CONDITION = "Condition"
_ANSWERS = (
    *(documents.ListAnswer, documents.Trailer, documents.SummaryAnswer, documents.SessionAnswer),
    *(
        documents.WriteAnswer,
        documents.BackendAnswer,
        documents.BackendsAnswer,
        documents.RefreshAnswer,
        documents.PlanAnswer,
    ),
    *(documents.KindDocument, documents.StateDocument, ProblemDocument),
)
_FIELD_KINDS: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "string",
    FieldKind.WHOLE_NUMBER: "integer",
    FieldKind.BOOLEAN: "boolean",
}


def reference(name: str) -> Schema:
    """Refer to a shape by its name."""
    return {"$ref": _HOME + name}


def components() -> Schema:
    """Describe every shape there is, by its name."""
    types = [*_ANSWERS, Session, Support, *_plan()]
    _, found = schema_components(types, ref_template=_HOME + "{name}")
    shapes = {name: _polished(shape) for name, shape in found.items()}
    shapes[_CONDITION] = _any_condition(get_args(Condition))
    shapes["ProblemDocument"]["properties"]["code"] = {"type": "string", "enum": [*CATALOGUE]}
    shapes["SessionFields"] = _session_fields(shapes["Session"])
    shapes["Cell"] = _cell()
    shapes["Description"] = {"type": "object", "description": "An OpenAPI 3.1 document."}
    shapes["Creation"] = _creation()
    shapes["Nothing"] = _nothing()
    shapes["Change"] = {"description": "What is said with a change.", **_fields()}
    return dict(sorted(shapes.items()))


def _polished(shape: Mapping[str, Any]) -> Schema:
    """Say what is left out: of which type words are."""
    described = {"description": inspect.cleandoc(shape.get("description", ""))}
    return {**shape, **described} | ({"type": "string"} if "enum" in shape else {})


def _mirror(model: type, **replaced: object) -> type[Struct]:
    """Give a type that is described as ``model`` is written.

    msgspec writes enumeration members in ``Literal`` and unions of dataclasses, but cannot
    describe them.
    """
    fields = [
        (name, replaced.get(name, _describable(hint)))
        for name, hint in get_type_hints(model).items()
        if get_origin(hint) is not ClassVar
    ]
    mirrored = defstruct(model.__name__, fields)
    mirrored.__doc__ = model.__doc__
    return mirrored


def _describable(hint: Any) -> Any:  # noqa: ANN401  # a type of any form
    if get_origin(hint) is not Literal:
        return hint
    words = [str(word) for word in get_args(hint)]
    return Annotated[str, Meta(extra_json_schema={"enum": words})]


def _plan() -> list[type[Struct]]:
    """Give the types of a plan, and of the conditions in it."""
    condition = Annotated[Any, Meta(extra_json_schema=reference(_CONDITION))]
    conditions = [_mirror(each) for each in get_args(Condition)]
    pushed = _mirror(Pushed, condition=condition)
    lists: Any = list
    plan = _mirror(Explanation, pushed=lists[pushed], residual=lists[condition])
    return [*conditions, plan]


def _any_condition(conditions: Sequence[type]) -> Schema:
    return {
        "description": "A condition as the vendor's planner sees it.",
        "anyOf": [reference(condition.__name__) for condition in conditions],
    }


def _session_fields(session: Schema) -> Schema:
    """Describe a session of which only some fields were asked for."""
    fields = {name: value for name, value in session.items() if name != "required"}
    description = "A session of a list: whole, unless `fields` names what is given of it."
    return fields | {"title": "SessionFields", "description": description}


def _nothing() -> Schema:
    return {"description": "No field has any effect.", "type": "object", "maxProperties": 0}


def _cell() -> Schema:
    """Describe a cell of a summary: what it is counted by, and how many there are."""
    text: Schema = {"type": ["string", "null"]}
    named = {name.value: text for name in GROUPINGS}
    return {
        "type": "object",
        "description": "How many sessions have these values in common.",
        "properties": {
            **named,
            "status": {"type": "string", "enum": [status.value for status in Status]},
            "bucket": text | {"format": "date-time"},
            "count": reference("Count"),
        },
        "required": ["count"],
    }


def _fields() -> Schema:
    """Describe what a write may name in general: each vendor takes some of it."""
    scalar: Schema = {"type": [*_FIELD_KINDS.values(), "null"]}
    nested = {"type": "object", "additionalProperties": scalar}
    return {"type": "object", "additionalProperties": {"anyOf": [scalar, nested]}}


def _creation() -> Schema:
    """Describe the body that creates a session."""
    description = (
        "The backend, and fields of the session document. Which of them a vendor takes differs;"
        " a 422 names them."
    )
    backend = {"type": "string", "description": "A backend's name."}
    return {
        "description": description,
        **_fields(),
        "properties": {"backend": backend},
        "required": ["backend"],
    }
