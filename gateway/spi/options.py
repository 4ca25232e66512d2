"""What every adapter's options have in common."""

import ipaddress
from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

_ENCRYPTED = {"https", "wss"}
_PLAIN = {"http", "ws"}

Sha256Hex = Annotated[str, Field(pattern="^(?:[0-9a-fA-F]{2}:?){32}$")]


class AdapterOptions(BaseModel):
    """Where a vendor is, and how its certificate is known.

    What stands below an option, as here, is published with it: in the schema that editors take,
    and in the reference.
    """

    file_model: ClassVar[type[BaseModel] | None] = None
    """What a file holds that the options name, where they name one: editors are told of it."""

    # The input of a failed validation may hold a secret.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    url: str
    """Where the vendor's API is, without user, password, query or fragment."""
    ca_file: Path | None = None
    """A PEM file whose certificates are trusted instead of the system's."""
    fingerprint_sha256: Sha256Hex | None = None
    """The SHA-256 of the server's own certificate, which is trusted in place of any authority."""
    allow_plaintext: bool = False
    """Whether ``url`` may be unencrypted and beyond this machine."""

    @model_validator(mode="after")
    def _reach_only_what_may_be_reached(self) -> "AdapterOptions":
        parts = _split(self.url)
        if parts.scheme not in _ENCRYPTED | _PLAIN or not parts.hostname:
            raise ValueError("url must be absolute, such as https://vendor.example/api")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("url must hold no user, password, query or fragment")
        if parts.scheme in _PLAIN and (self.ca_file or self.fingerprint_sha256):
            raise ValueError(f"ca_file and fingerprint_sha256 have no effect on {parts.scheme}:")
        if parts.scheme in _PLAIN and not self.allow_plaintext and not _is_loopback(parts):
            raise ValueError(
                f"url is not encrypted ({parts.scheme}:) and not on this machine;"
                " use https: or wss:, or say allow_plaintext: true"
            )
        return self


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        # The library's own message quotes the text.
        raise ValueError("url cannot be read as an address") from None


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
