"""What a vendor's answers mean that are no success, or only look like one."""

from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from adapters.declarative.language.part import Expression, Part

Meaning: TypeAlias = Literal[
    "auth_failed",
    "forbidden",
    "not_found",
    "rate_limited",
    "unavailable",
    "upstream_error",
    "bad_answer",
    "start_over",
    "wrong_address",
    "no_page",
    "already_done",
    "perhaps_done",
    "invalid_field",
    "not_own_session",
    "unclear",
]
"""The closed list of what an answer can mean."""

CallName: TypeAlias = Literal["list", "get", "create", "keepalive", "hide", "end", "log_in"]


class When(Part):
    """An answer that all of this is true of."""

    status: int | tuple[int, ...] | None = None
    """The HTTP status, or several."""
    body: Expression | None = None
    """An expression that is true of the body."""
    rpc_code: int | tuple[int, ...] | None = None
    """The code of a JSON-RPC error, or several."""
    op: CallName | tuple[CallName, ...] | None = None
    """The call that was made, or several; left out, any."""

    @model_validator(mode="after")
    def _says_something(self) -> "When":
        if self.status is None and self.body is None and self.rpc_code is None:
            raise ValueError("needs status, body or rpc_code")
        return self


class ErrorRule(Part):
    """What an answer means. The first rule that fits counts; where none does, the status does."""

    when: When
    """The answers it speaks of."""
    is_: Meaning = Field(alias="is")
    """What they mean.

    no_page is believed of every page but the first. perhaps_done says of an end that the session
    may have ended before: whether it has is then asked for by get.
    """
    retry_after: Literal["header"] | None = None
    """Where the vendor says how long to wait: in the header Retry-After."""
