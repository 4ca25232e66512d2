"""How a Roundware server is reached, and what is made of its sessions."""

from pydantic import Field as OptionField
from pydantic import SecretStr

from gateway.spi import AdapterOptions

_A_YEAR_IN_SECONDS = 366 * 24 * 3600


class RoundwareOptions(AdapterOptions):
    """Where a Roundware server is and how to be let in. ``url`` ends in the API's version."""

    token: SecretStr
    """The token of the account to work as."""
    active_window_s: float = OptionField(default=3600, gt=0, le=_A_YEAR_IN_SECONDS)
    """Seconds from its start for which a session without an end is active; then it is unknown."""
    full_list_every_s: float | None = OptionField(default=None, gt=0, le=_A_YEAR_IN_SECONDS)
    """Seconds for which a whole list serves while only the ids that come next are asked for.

    With null every listing is a whole list.
    """
