"""Versions from 2 on: sessions live in memory, and each application sees its own.

What "Error Codes" leaves out is taken from the vendor's own plugin and examples.
"""

from collections.abc import Mapping
from typing import ClassVar

from adapters.simulators.cortex.machine import (
    GATEWAY,
    Application,
    Machine,
    Params,
    Refusal,
)
from adapters.simulators.cortex.manners import Manners
from adapters.simulators.cortex.rows import Row, Rows
from adapters.simulators.cortex.service import Connection, Json, Service
from adapters.simulators.cortex.shapes import opened_v2, stamp

_CREDENTIALS = frozenset({"clientId", "clientSecret"})
_NOT_ACCEPTED = {"code": 6, "licenseUrl": "https://emotiv.example/eula", "message": "EULA"}


class V2(Service):
    """The methods of "Authentication" and "Sessions", as far as sessions need them."""

    admitted_by: ClassVar[str] = "cortexToken"
    missing_parameters: ClassVar[int] = -32602
    required: ClassVar[Mapping[str, frozenset[str]]] = {
        **dict.fromkeys(("hasAccessRight", "requestAccess", "authorize"), _CREDENTIALS),
        "generateNewToken": _CREDENTIALS | {"cortexToken"},
        "querySessions": frozenset({"cortexToken"}),
        "createSession": frozenset({"cortexToken", "status"}),
        "updateSession": frozenset({"cortexToken", "session", "status"}),
    }

    def __init__(self, machine: Machine, rows: Rows, manners: Manners, *, seed: int) -> None:
        super().__init__(machine, rows, manners, seed=seed)
        self.methods = {
            "getCortexInfo": self._get_cortex_info,
            "getUserLogin": self._get_user_login,
            "hasAccessRight": self._has_access_right,
            "requestAccess": self._has_access_right,
            "authorize": self._authorize,
            "generateNewToken": self._generate_new_token,
            "querySessions": self._query_sessions,
            "createSession": self._create_session,
            "updateSession": self._update_session,
        }

    def shown(self) -> list[Row]:
        """Show what the gateway's application has open: over one connection, as far as we know."""
        rows = self._of(GATEWAY.id)
        if self.manners.shows_other_connections:
            return rows
        return [row for row in rows if row.native_id in self.made_by]

    def leave(self, connection: Connection) -> None:
        """Close what was created over a connection: once closed, it is destroyed ("Sessions")."""
        for native_id, creator in list(self.made_by.items()):
            if creator is connection and not self.manners.outlives_connections:
                self._destroy(native_id)

    def _destroy(self, native_id: str) -> None:
        self.made_by.pop(native_id, None)
        now = self.machine.now()
        row = self.rows.find(native_id, now)
        if row is not None:
            self.rows.drop(row, now)

    def _of(self, application: str) -> list[Row]:
        rows = self.rows.at(self.machine.now())
        return [row for row in rows if row.is_open and row.fields["appId"] == application]

    def _application(self, params: Params) -> Application:
        return self.machine.application(params["clientId"], params["clientSecret"])

    def _get_cortex_info(self, _params: Params, _connection: Connection) -> object:
        return {"buildDate": "2026-01-14T09:00:00", "buildNumber": "made-up", "version": "4.8.32"}

    def _get_user_login(self, _params: Params, _connection: Connection) -> object:
        if self.machine.user is None:
            return []
        user = {
            "currentOSUId": self.machine.own_account,
            "currentOSUsername": "jsnow",
            "lastLoginTime": "2026-11-20T08:15:30.123+07:00",
            "loggedInOSUId": self.machine.logged_in_account,
            "loggedInOSUsername": "jsnow",
            "username": self.machine.user,
        }
        return [user]

    def _has_access_right(self, params: Params, _connection: Connection) -> object:
        is_granted = self._application(params).id in self.machine.approved
        message = "The application has the access right." if is_granted else "Approve it first."
        return {"accessGranted": is_granted, "message": message}

    def _authorize(self, params: Params, _connection: Connection) -> object:
        application = self._application(params)
        if application.id not in self.machine.approved:
            raise Refusal(-32102, "The application has no access right.")
        token = self.machine.authorize(application.id, params)
        warning = {} if self.machine.is_eula_accepted else {"warning": _NOT_ACCEPTED}
        return {"cortexToken": token, **warning}

    def _generate_new_token(self, params: Params, _connection: Connection) -> object:
        grant = self.machine.grant(params["cortexToken"])  # and the old one lives on
        token = self.machine.new_token(grant.application, grant.user)
        return {"cortexToken": token, "message": "A new token."}

    def _query_sessions(self, params: Params, connection: Connection) -> object:
        rows = self._of(self.grant(params).application)
        if not self.manners.shows_other_connections:
            rows = [row for row in rows if self.made_by.get(row.native_id) is connection]
        return self.listed(rows)

    def _create_session(self, params: Params, connection: Connection) -> object:
        if not self.machine.headsets:
            raise Refusal(-32001, "No headset is connected.")
        row = self.open(
            params,
            connection,
            lambda grant, headset: (
                opened_v2(
                    self.machine.now(),
                    owner=grant.user or "",
                    application=grant.application,
                    headset=headset,
                    is_active=params["status"] == "active",
                )
                | {"stopped": None if self.manners.has_null_stops else ""}
            ),
        )
        return Json(row.text)

    def _update_session(self, params: Params, _connection: Connection) -> object:
        """Activate or close a session; the answer is the only one that shows it closed."""
        application = self.grant(params).application
        row = self.rows.find(params["session"], self.machine.now())
        if row is None or not row.is_open or row.fields["appId"] != application:
            raise Refusal(-32007, "The session does not exist.")
        stopped = stamp(self.machine.now(), "milliseconds")
        row = self.change(row, params["status"], stopped)
        if not row.is_open:
            self._destroy(row.native_id)
        return Json(row.text)
