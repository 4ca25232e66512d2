"""What has to be known of an Ekran server."""

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, field_validator

from gateway.spi import AdapterOptions


class EkranOptions(AdapterOptions):
    """Where an Ekran server is and how to be let in. ``url`` ends in ``/ekranapi``."""

    api_key: SecretStr | None = None
    """The key of the API; null where the server asks for none."""
    timezone: str = "UTC"
    """The server's own zone (IANA): times are sent in it, and read where they have no offset."""
    parameters_in: Literal["body", "query"] = "body"
    """Where the server looks for parameters, which its document does not say."""

    @field_validator("api_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None:
            return None
        value = key.get_secret_value()
        if not value or not value.isprintable() or value != value.strip():
            raise ValueError(
                "api_key must be one line without spaces around it;"
                " leave it out if the server asks for none"
            )
        return key

    @field_validator("timezone")
    @classmethod
    def _is_a_known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"timezone {name!r} is not a zone of the IANA time zone database;"
                " use a name such as Europe/Paris"
            ) from error
        return name
