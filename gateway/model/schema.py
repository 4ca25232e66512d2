"""The published JSON Schema of the session document."""

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, JsonSchemaWarningKind

from gateway.model.session import Session


class _SessionSchema(GenerateJsonSchema):
    # ``raw`` is left out of a document unless asked for, and that has no JSON form.
    ignored_warning_kinds: set[JsonSchemaWarningKind] = {  # noqa: RUF012  # as in the base class
        "skipped-choice",
        "non-serializable-default",
    }


def session_schema() -> JsonSchemaValue:
    """Describe the session document in JSON Schema 2020-12."""
    schema = TypeAdapter(Session).json_schema(schema_generator=_SessionSchema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
