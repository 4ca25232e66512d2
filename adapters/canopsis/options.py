"""What is configured of a Canopsis backend."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field as OptionField
from pydantic import SecretStr, model_validator

from adapters.toolkit.credentials import basic_header
from gateway.spi import AdapterOptions

_A_YEAR_IN_SECONDS = 366 * 24 * 3600


class Dialect(StrEnum):
    """What answers at the same addresses.

    ``V2020`` is the server of the "Session" page, of January 2020: it answers nobody who has no
    active session. ``FINAL`` is what came of it within weeks, and lasted.
    """

    FINAL = "final"
    V2020 = "v2020"


class CanopsisOptions(AdapterOptions):
    """Where a Canopsis server's root is, and how to be let in: by a key, or as a user."""

    dialect: Literal["auto", "final", "v2020"] = "final"
    """What the server speaks: ``v2020`` is the version of January 2020, ``final`` every later one.

    ``auto`` finds it out at log-in.
    """
    auth_key: SecretStr | None = OptionField(default=None, min_length=1)
    """The key of an account. It goes before a password."""
    username: str | None = OptionField(default=None, min_length=1)
    """The account of the password, or beside a key the one whose key it is: writes need that."""
    password: SecretStr | None = None
    """The password of ``username``, where there is no key."""
    active_window_s: float = OptionField(default=300, gt=0, le=_A_YEAR_IN_SECONDS)
    """The server's own ``alive_session_duration`` in seconds, which no answer tells."""

    @property
    def needs_log_in(self) -> bool:
        """Say whether a request cannot just carry the key.

        A key in a header is another log-in with every request (final-08-key-per-request.json),
        which is all right for reading, and the earlier dialect does not know it
        (v2020-01-auth.json, step 5).
        """
        return self.dialect != "final" or self.username is not None

    def known_dialect(self) -> Dialect | None:
        """Give the dialect that is configured; none where it is to be found out."""
        return None if self.dialect == "auto" else Dialect(self.dialect)

    def key_header(self) -> dict[str, str]:
        """Make the header that lets a single request in, where there is a key.

        It begins no cookie session, and does not stand in the server's logs.
        """
        if self.auth_key is None:
            return {}
        return {"x-canopsis-authkey": self.auth_key.get_secret_value()}

    def key_query(self) -> tuple[tuple[str, str], ...]:
        """Make the parameter that begins a cookie session, where there is a key.

        Nothing else does so with a key (final-01-auth.json, steps 4 and 5).
        """
        return () if self.auth_key is None else (("authkey", self.auth_key.get_secret_value()),)

    def password_header(self) -> dict[str, str]:
        """Make the header that begins a cookie session, where there is no key."""
        if self.auth_key is not None or self.username is None or self.password is None:
            return {}
        return basic_header(self.username, self.password)

    @model_validator(mode="after")
    def _have_whole_credentials(self) -> Self:
        if not (self.key_header() or self.password_header()):
            raise ValueError("nothing to log in with; give auth_key, or username and password")
        if self.password is not None and self.username is None:
            raise ValueError("password has no effect without username; give both or neither")
        return self
