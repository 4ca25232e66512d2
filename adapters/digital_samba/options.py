"""How a Digital Samba team is reached, and the forms in which its key is sent."""

from typing import Annotated, Literal, Self

from pydantic import Field as OptionField
from pydantic import SecretStr, model_validator

from adapters.toolkit.credentials import basic_header, bearer_pair_header, token_header
from gateway.spi import AdapterOptions


class DigitalSambaOptions(AdapterOptions):
    """Where Digital Samba is and how to be let in. ``url`` ends in the API's version."""

    team_id: Annotated[str, OptionField(pattern="^[^:]+$")] | None = None
    """The id of the team."""
    developer_key: SecretStr
    """The team's developer key."""
    auth: Literal["basic", "bearer", "bearer_pair"] | None = None
    """The form in which the key is sent; ``bearer_pair`` is that of the vendor's Java samples.

    With null the team's id and key are sent as Basic, and a key alone as Bearer.
    """

    @model_validator(mode="after")
    def _have_whole_credentials(self) -> Self:
        if self.team_id is None and self.auth in ("basic", "bearer_pair"):
            raise ValueError(f"auth {self.auth} needs a team_id; give one, or say auth: bearer")
        return self


def credentials(options: DigitalSambaOptions) -> dict[str, str]:
    """Make the header that carries the key."""
    if options.team_id is None or options.auth == "bearer":
        return token_header("Bearer", options.developer_key)
    if options.auth == "bearer_pair":
        return bearer_pair_header(options.team_id, options.developer_key)
    return basic_header(options.team_id, options.developer_key)
