"""Refusing to filter, sort or count by what is hidden: the answer would tell it."""

from collections.abc import Iterable

from gateway.model.query import AttributeAnyOf, Condition, Field, Query
from gateway.spi.abilities import ATTRIBUTES
from gateway.web.form import Form
from gateway.web.redaction import Redaction

_WORDS = "is hidden from this key"


def refuse_hidden(form: Form, query: Query, redaction: Redaction) -> None:
    """Refuse conditions and sorts by what is hidden in a backend that is asked.

    The words are the same whatever the field holds, and whether or not any session has it.
    """
    for condition in query.conditions:
        if redaction.hides_subject(condition, query.backends):
            form.refuse(_parameter(condition), "hidden_field", _WORDS)
    refuse_hidden_names(form, "sort", (each.field for each in query.order), query, redaction)


def refuse_hidden_names(
    form: Form, parameter: str, names: Iterable[Field], query: Query, redaction: Redaction
) -> None:
    """Refuse a list of fields that names some that are hidden in a backend that is asked."""
    for name in names:
        if redaction.hides(name, query.backends):
            form.refuse(parameter, "hidden_field", f"{name} {_WORDS}")


def _parameter(condition: Condition) -> str:
    if isinstance(condition, AttributeAnyOf):
        return ATTRIBUTES + condition.name
    return condition.field.value
