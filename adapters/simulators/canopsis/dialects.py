"""Where the two recorded versions of a Canopsis server differ, and what no recording tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """A version of the server, as it was recorded.

    ``navigation`` is the call by which clients tell where they are. ``knows_key_header``: a key may
    stand in a header. ``starts_silently``: who has no active session gets one, where the other
    version turns them away. ``allows_what_it_refuses`` is about ``Allow``.
    ``breaks_at_names``: a name beyond ASCII cannot even log in.
    """

    name: str
    navigation: str
    cookie_attributes: str
    knows_key_header: bool
    starts_silently: bool
    allows_what_it_refuses: bool
    breaks_at_names: bool


FINAL = Dialect(
    name="final",
    navigation="session_tracepath",  # final-02, steps 7 and 8
    cookie_attributes="Path=/; SameSite=Lax",  # final-01, step 4
    knows_key_header=True,  # final-01, step 5
    starts_silently=True,  # final-04
    allows_what_it_refuses=True,  # final-02, steps 2, 4 and 5
    breaks_at_names=False,  # final-10, step 4
)

V2020 = Dialect(
    name="v2020",
    navigation="session_hide",  # v2020-02, steps 7 and 8
    cookie_attributes="Path=/",  # v2020-01, step 4
    knows_key_header=False,  # v2020-01, step 5
    starts_silently=False,  # v2020-04
    allows_what_it_refuses=False,  # v2020-02, steps 2, 4 and 5
    breaks_at_names=True,  # v2020-10, steps 1 and 4
)


@dataclass(frozen=True, slots=True)
class Manners:
    """What the recordings leave open.

    ``takes_dots``: names of views and tabs may hold dots. The recorded store breaks at them when
    half is done (final-05, steps 15 and 19); a real MongoDB may take them.
    """

    takes_dots: bool = False


AS_RECORDED = Manners()
