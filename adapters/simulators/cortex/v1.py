"""Version 1: sessions are stored on the machine, and shown to whoever may ask at all."""

from collections.abc import Mapping
from typing import ClassVar

from adapters.simulators.cortex.machine import GATEWAY, USERNAME, Machine, Params, Refusal
from adapters.simulators.cortex.manners import Manners
from adapters.simulators.cortex.rows import Row, Rows
from adapters.simulators.cortex.service import Connection, Json, Service
from adapters.simulators.cortex.shapes import ANONYMOUS, opened_v1, stamp

CLIENT = {"client_id": GATEWAY.client_id, "client_secret": GATEWAY.client_secret}
ACCOUNT = {"username": USERNAME, "password": "made-up-password"}


class V1(Service):
    """The methods of its reference, as far as sessions need them."""

    admitted_by: ClassVar[str] = "_auth"
    missing_parameters: ClassVar[int] = -32018
    required: ClassVar[Mapping[str, frozenset[str]]] = {
        "login": frozenset(CLIENT.keys() | ACCOUNT.keys()),
        "generateNewToken": frozenset({"token"}),
        "querySessions": frozenset({"_auth"}),
        "createSession": frozenset({"_auth", "status"}),
        "updateSession": frozenset({"_auth", "status"}),
    }

    def __init__(self, machine: Machine, rows: Rows, manners: Manners, *, seed: int) -> None:
        super().__init__(machine, rows, manners, seed=seed)
        self.methods = {
            "getUserLogin": self._get_user_login,
            "login": self._login,
            "authorize": self._authorize,
            "generateNewToken": self._generate_new_token,
            "querySessions": self._query_sessions,
            "createSession": self._create_session,
            "updateSession": self._update_session,
        }

    def shown(self) -> list[Row]:
        """Show all; "of current user" may mean that those of other owners are left out."""
        rows = self.rows.at(self.machine.now())
        if self.manners.shows_other_owners:
            return rows
        own = {"", ANONYMOUS, USERNAME}  # An early session does not tell its owner.
        return [row for row in rows if row.fields.get("owner", "") in own]

    def leave(self, connection: Connection) -> None:
        """Keep what was created: sessions are stored ("Sessions")."""

    def _get_user_login(self, _params: Params, _connection: Connection) -> object:
        return [self.machine.user] if self.machine.user else []

    def _login(self, params: Params, _connection: Connection) -> object:
        self.machine.application(params["client_id"], params["client_secret"])
        if self.machine.user not in (None, params["username"]):
            raise Refusal(-32032, "Logout before login with new account.")
        if not ACCOUNT.items() <= params.items():
            raise Refusal(-32001, "Incorrect user name or password.")
        self.machine.user = ACCOUNT["username"]
        return "Login successfully"

    def _authorize(self, params: Params, _connection: Connection) -> object:
        """Whether anonymous work needs a log-in is told both ways; the "Workflow" says it does."""
        application = ""
        if not CLIENT.keys().isdisjoint(params):
            credentials = params.get("client_id"), params.get("client_secret")
            application = self.machine.application(*credentials).id
        return {"_auth": self.machine.authorize(application, params)}

    def _generate_new_token(self, params: Params, _connection: Connection) -> object:
        grant = self.machine.grant(params["token"])  # and the old one lives on
        return {"_auth": self.machine.new_token(grant.application, grant.user)}

    def _query_sessions(self, params: Params, _connection: Connection) -> object:
        self.grant(params)
        rows = self.shown()
        query = params.get("query")
        if isinstance(query, dict) and "status" in query and not self.manners.ignores_query:
            rows = [row for row in rows if row.fields["status"] == query["status"]]
        return self.listed(rows)

    def _create_session(self, params: Params, connection: Connection) -> object:
        row = self.open(
            params,
            connection,
            lambda grant, headset: opened_v1(
                self.machine.now(),
                owner=grant.user or ANONYMOUS,
                application=grant.application,
                headset=headset,
                asked=params,
            ),
        )
        return Json(row.text)

    def _update_session(self, params: Params, _connection: Connection) -> object:
        self.grant(params)
        row = self._named(params)
        if not row.is_open and not (self.manners.closes_again and params["status"] == "close"):
            raise Refusal(-32008, "The session was closed.")
        if row.is_open:
            stopped = stamp(self.machine.now(), "microseconds")
            row = self.change(row, params["status"], stopped)
        return Json(row.text)

    def _named(self, params: Params) -> Row:
        """Find the session, or take the first that is open where none is named."""
        now = self.machine.now()
        if "session" in params:
            row = self.rows.find(params["session"], now)
        else:
            row = next((row for row in self.rows.at(now) if row.is_open), None)
        if row is None:
            raise Refusal(-32007, "Session does not exist.")
        return row
