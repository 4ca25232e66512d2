"""Where Cortex is, which of its dialects it speaks, and as whom to work with it."""

from typing import Literal, Self

from pydantic import Field as OptionField
from pydantic import SecretStr, model_validator

from gateway.spi import AdapterOptions


class CortexOptions(AdapterOptions):
    """Where Cortex listens, and the application and the account to work as."""

    dialect: Literal["auto", "v1", "v2"] = "auto"
    """What the service speaks: ``v1``, or ``v2``, which is that and all later versions.

    ``auto`` asks it at each log-in; an account is then logged in where that is version 1, and only
    looked for where it is a later one.
    """
    client_id: str | None = OptionField(default=None, min_length=1)
    """The application to work as; from version 2 on it is needed."""
    client_secret: SecretStr | None = None
    """The secret of the application."""
    username: str | None = OptionField(default=None, min_length=1)
    """The account to log in, with version 1.

    Without one the account that is logged in at the machine is used, whoever it is.
    """
    password: SecretStr | None = None
    """The password of ``username``."""
    license: str | None = OptionField(default=None, min_length=1)
    """The id of the licence to work with; without one Cortex finds one that fits."""
    remember_closed: bool = False
    """Whether what a later version lists no more is kept as ended, in this process alone.

    Version 1 lists what is closed itself.
    """

    @model_validator(mode="after")
    def _have_whole_credentials(self) -> Self:
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("client_id and client_secret go together; give both or neither")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together; give both or neither")
        if self.username is not None and self.client_id is None:
            raise ValueError("username needs client_id and client_secret: login asks for them")
        return self

    @model_validator(mode="after")
    def _suit_the_dialect(self) -> Self:
        if self.dialect == "v1" and self.remember_closed:
            raise ValueError("remember_closed is for v2; v1 lists closed sessions itself")
        if self.dialect == "v2" and self.client_id is None:
            raise ValueError("dialect v2 needs client_id and client_secret")
        if self.dialect == "v2" and self.username is not None:
            raise ValueError(
                "username and password are for v1; with v2 log in with EMOTIV Launcher"
            )
        return self
