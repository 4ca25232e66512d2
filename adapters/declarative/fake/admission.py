"""How a fake vendor lets callers in: as its file says, and with credentials that end."""

import base64
import itertools
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import assert_never

from adapters.declarative.fake.answers import RefusedError
from adapters.declarative.fake.planting import planted
from adapters.declarative.fake.received import Filled, Received, filled, is_addressed
from adapters.declarative.language.part import substituted
from adapters.declarative.language.transport import (
    Auth,
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    LogInAuth,
    NoAuth,
    OAuth2Auth,
    QueryAuth,
)
from gateway.spi import Json

LIFETIME = timedelta(hours=1)
"""How long a credential lasts that was given out."""


class Doorkeeper:
    """Knows what callers have to show, and gives out what lasts for a while."""

    def __init__(
        self, auth: Auth, options: Mapping[str, str], clock: Callable[[], datetime]
    ) -> None:
        self._auth = auth
        self._options = {"options": dict(options)}
        self._clock = clock
        self._issued: dict[str, datetime] = {}
        self._numbers = itertools.count(1)

    def log_in(self, received: Received) -> Json:
        """Answer a request that logs in; none if it is another request.

        Raises :class:`RefusedError`.
        """
        match self._auth:
            case LogInAuth() if is_addressed(received, self._auth.request):
                return self._ticket(self._auth, received)
            case OAuth2Auth() if received.method == "POST" and received.path == self._plain(
                self._auth.token_path
            ):
                return self._token(self._auth, received)
        return None

    def admit(self, received: Received) -> None:
        """Check what any other request shows; raise :class:`RefusedError`."""
        if not self._is_known(received):
            raise RefusedError("auth_failed")

    def forget(self) -> None:
        """Let everything end that was given out."""
        self._issued.clear()

    def _is_known(self, received: Received) -> bool:
        auth = self._auth
        match auth:
            case NoAuth():
                return True
            case HeaderAuth():
                return received.headers.get(auth.name.lower()) == self._plain(auth.value)
            case QueryAuth():
                return (auth.name, self._plain(auth.value)) in received.query
            case LogInAuth():
                shown = Filled(received, {}).values(auth.send)
                return any(isinstance(v, str) and self._is_good(v, auth.prefix) for v in shown)
            case _:
                return self._is_authorized(auth, received.headers.get("authorization", ""))

    def _is_authorized(self, auth: BasicAuth | BearerAuth | OAuth2Auth, shown: str) -> bool:
        match auth:
            case BasicAuth():
                pair = f"{self._plain(auth.username)}:{self._plain(auth.password)}"
                return shown == f"Basic {_encoded(pair)}"
            case BearerAuth():
                return shown == f"Bearer {self._plain(auth.token)}"
            case OAuth2Auth():
                return self._is_good(shown, "Bearer ")
            case _:
                assert_never(auth)

    def _ticket(self, auth: LogInAuth, received: Received) -> Json:
        try:
            filled(received, auth.request, self._options)
        except ValueError as error:
            raise RefusedError("auth_failed") from error
        body = planted(auth.token, self._issue(), {})
        if auth.lifetime is None:
            return body
        return planted(auth.lifetime, int(LIFETIME.total_seconds()), body)

    def _token(self, auth: OAuth2Auth, received: Received) -> Json:
        form = received.tree if isinstance(received.tree, dict) else {}
        who = self._plain(auth.client_id), self._plain(auth.client_secret)
        if auth.credentials_in == "basic":
            is_known = received.headers.get("authorization") == f"Basic {_encoded(':'.join(who))}"
        else:
            is_known = (form.get("client_id"), form.get("client_secret")) == who
        wanted = {"grant_type": "client_credentials"}
        if auth.scope is not None:
            wanted["scope"] = self._plain(auth.scope)
        if not is_known or any(form.get(name) != value for name, value in wanted.items()):
            raise RefusedError("auth_failed")
        seconds = int(LIFETIME.total_seconds())
        return {"access_token": self._issue(), "token_type": "Bearer", "expires_in": seconds}

    def _issue(self) -> str:
        token = f"made-up-ticket-{next(self._numbers):04}"
        self._issued[token] = self._clock() + LIFETIME
        return token

    def _is_good(self, shown: str, prefix: str) -> bool:
        if not shown.startswith(prefix):
            return False
        ends = self._issued.get(shown.removeprefix(prefix))
        return ends is not None and self._clock() < ends

    def _plain(self, text: str) -> str:
        return substituted(text, self._options)


def _encoded(pair: str) -> str:
    return base64.b64encode(pair.encode()).decode()
