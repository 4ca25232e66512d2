"""What every version of Cortex does, whatever it calls it: calls, tokens and sessions."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, TypeAlias

from adapters.simulators.cortex.machine import Grant, Machine, Params, Refusal
from adapters.simulators.cortex.manners import Manners
from adapters.simulators.cortex.rows import Fields, Row, Rows

Connection: TypeAlias = object
Method: TypeAlias = Callable[[Params, Connection], object]


class Json(str):
    """A result that is written already."""

    __slots__ = ()


class Service(ABC):
    """The methods of one version, and the sessions that they show."""

    admitted_by: ClassVar[str]
    """The parameter that holds the token."""
    missing_parameters: ClassVar[int]
    """The code for a call that lacks some."""
    required: ClassVar[Mapping[str, frozenset[str]]]

    def __init__(self, machine: Machine, rows: Rows, manners: Manners, *, seed: int) -> None:
        self.machine = machine
        self.rows = rows
        self.manners = manners
        self.seed = seed
        self.methods: dict[str, Method] = {}
        self.made_by: dict[str, Connection] = {}

    def result(self, method: str, params: object, connection: Connection) -> object:
        """Carry out a call."""
        if method not in self.methods:
            raise Refusal(-32601, "The method does not exist / is not available.")
        if not isinstance(params, dict | None):
            raise Refusal(-32602, "Invalid method parameter(s).")
        if not self.required.get(method, frozenset()) <= set(params or {}):
            raise Refusal(self.missing_parameters, "Missing required parameters.")
        return self.methods[method](params or {}, connection)

    @abstractmethod
    def shown(self) -> list[Row]:
        """Give the sessions that the gateway's application can see."""

    @abstractmethod
    def leave(self, connection: Connection) -> None:
        """Note that a connection has ended."""

    def listed(self, rows: list[Row]) -> Json:
        """Answer these rows. The samples have the newest first, and no order is promised."""
        if self.manners.lists_newest_first:
            rows.reverse()
        else:
            random.Random(f"{self.seed}-{len(rows)}").shuffle(rows)
        return Json(f"[{', '.join(row.text for row in rows)}]")

    def grant(self, params: Params) -> Grant:
        """Tell who calls."""
        return self.machine.grant(params[self.admitted_by])

    def open(
        self, params: Params, connection: Connection, write: Callable[[Grant, str], Fields]
    ) -> Row:
        """Open a session with a headset; an application can have one with each."""
        grant = self.grant(params)
        if params["status"] not in ("open", "active"):
            raise Refusal(-32013, "Invalid status.")
        headset = self.machine.headset(params.get("headset"))
        now = self.machine.now()
        if any(_is_with(row, headset, grant.application) for row in self.rows.at(now)):
            raise Refusal(-32005, "There is an active session already with this headset.")
        if params["status"] == "active":
            self.machine.spend()
        row = self.rows.open(write(grant, headset), now)
        self.made_by[row.native_id] = connection
        return row

    def change(self, row: Row, status: object, stopped: str) -> Row:
        """Activate or close an open session."""
        now = self.machine.now()
        if status == "active":
            self.machine.spend()
            return self.rows.change(row, {"status": "activated"}, now)
        if status == "close":
            over = {"status": "closed", "stopped": stopped, "recording": False}
            return self.rows.change(row, over, now)
        raise Refusal(-32013, "Invalid status.")


def _is_with(row: Row, headset: str, application: str) -> bool:
    its = row.fields["headset"]
    its_id = its["id"] if isinstance(its, dict) else its
    return row.is_open and its_id == headset and row.fields.get("appId") == application
