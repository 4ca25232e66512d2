"""Where Canopsis servers differ: the two that were recorded, and what no recording tells."""

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
    """Which version a server is, and what the recordings leave open.

    ``alive_seconds`` is the operator's ``alive_session_duration``. ``takes_dots``: names of views
    and tabs may hold dots. The recorded store breaks at them when half is done (final-05, steps 15
    and 19); a real MongoDB may take them. ``is_shuffled``: a list has no order at all; the recorded
    store has that of insertion. ``has_fractions``: seconds are written with a fraction.
    ``is_rewritten``: lists are those of the rewrite in versions 4.2 to 4.4, of which there is no
    recording. ``drops_writes``: a write is carried out, and the connection broken off without an
    answer.
    """

    dialect: Dialect = FINAL
    alive_seconds: int = 300
    takes_dots: bool = False
    is_shuffled: bool = False
    has_fractions: bool = False
    is_rewritten: bool = False
    drops_writes: bool = False


AS_RECORDED = Manners()
