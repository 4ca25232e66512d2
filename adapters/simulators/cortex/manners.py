"""How a Cortex may behave where its documents do not tell, or tell it both ways."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Manners:
    """The version, and what is to be reckoned with beyond its documents.

    ``lists_newest_first``: the samples do, and nothing is promised; usually there is no order.
    ``keeps_one_token``: "authorize" ends the token that the application was given before it.
    ``is_remote``: a service on another machine, which takes one connection at a time.

    Of version 1 alone: ``ignores_query``, though "querySessions" promises filters on any field and
    shows one, equality of ``status``. ``closes_again``: a session that is closed is given as it
    is where it is to be closed; the table of errors has a code for that case, so usually it is
    refused. ``lets_anybody_in``: "authorize" needs no log-in, as where it speaks of anonymous
    work, though the "Workflow" has a log-in first. ``shows_other_owners``: "of current user" may
    leave them out; they ask more of a reader.

    Of later ones: ``outlives_connections``: sessions stay when who created them disconnects,
    though "Sessions" says that they are closed. ``shows_other_connections``: an application sees
    what it created over another connection, not over its own alone. ``has_null_stops``: a session
    that is open has null for its stop, not an empty text.
    """

    dialect: Literal["v1", "v2"] = "v1"
    lists_newest_first: bool = False
    keeps_one_token: bool = False
    is_remote: bool = False
    ignores_query: bool = False
    closes_again: bool = False
    lets_anybody_in: bool = False
    shows_other_owners: bool = True
    outlives_connections: bool = False
    shows_other_connections: bool = True
    has_null_stops: bool = False
