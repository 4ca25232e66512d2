"""How Roundware servers may differ, and what a test may ask of one."""

from dataclasses import dataclass

PROFILE_DEVICE = "3f9c2a10-5b7e-4d21-9c44-0a1b2c3d4e5f"


@dataclass(frozen=True, slots=True)
class Manners:
    """What one server does where servers differ; unless told, that of the recordings.

    ``zone`` is the server's own. ``profile_device`` is the device of the account that the token
    belongs to. ``fails_closed``: an invalid filter value brings nothing, as with the library that
    servers used until 2020, rather than everything. ``fails_at_unknown_ids``: so did servers until
    November 2017. ``not_found`` is what an unknown id is told. ``renames_times``: rows have the
    names that the web administration of 2023 reads. ``has_envelope``: the list comes in one, as
    listen events do (v2023_listenevents_paginated.json). ``has_id_last``: the id is a row's last
    field, as in the document. ``most_a_minute`` requests are answered. ``drops_writes``: a write
    is carried out, and the connection broken off without an answer.
    """

    zone: str = "America/New_York"
    profile_device: str = PROFILE_DEVICE
    fails_closed: bool = False
    fails_at_unknown_ids: bool = False
    not_found: str = "Not found."
    renames_times: bool = False
    has_envelope: bool = False
    has_id_last: bool = False
    most_a_minute: int | None = None
    drops_writes: bool = False


AS_RECORDED = Manners()
