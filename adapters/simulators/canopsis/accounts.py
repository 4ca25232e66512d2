"""The ways into a Canopsis server, after ``final-01-auth.json`` and ``v2020-01-auth.json``."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from adapters.simulators.canopsis.dialects import Dialect

_COOKIE = "beaker.session.id"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in; made up, as in the recordings."""

    name: str
    password: str = field(repr=False)
    key: str = field(repr=False)
    is_enabled: bool = True


ACCOUNTS = (
    Account("root", "root", "00000000-aaaa-4bbb-8ccc-000000000001"),
    Account("jacques", "jacques", "00000000-aaaa-4bbb-8ccc-000000000002"),
    Account("marie", "marie", "00000000-aaaa-4bbb-8ccc-000000000003"),
    Account("disabled", "disabled", "00000000-aaaa-4bbb-8ccc-000000000004", is_enabled=False),
    Account("Jean-Éric", "secret", "00000000-aaaa-4bbb-8ccc-000000000005"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """An account let in at a second, with the cookie that keeps it so if there is one."""

    account: Account
    second: int
    cookie: str | None = None


class Refused(Exception):
    """The caller is not let in, or the server broke at it."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status


class Accounts:
    """Lets callers in, and remembers their cookies until told: there is no logging out."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._logins: dict[str | None, Login] = {}

    def forget(self) -> None:
        """Know no cookie any more."""
        self._logins.clear()

    def let_in(self, request: web.Request, now: int) -> Login:
        """Find out who is calling. All steps are of final-01, and alike in v2020-01."""
        login = self._remembered(request)
        if login is not None:  # 14
            return login
        if "authkey" in request.query:  # 2, 4, 12
            return self.remember(request, _by_key(request.query["authkey"]), now)
        # 3, 5: no cookie, so each second is another.
        if "x-canopsis-authkey" in request.headers and self._dialect.knows_key_header:
            return Login(_by_key(request.headers["x-canopsis-authkey"]), now)
        if "Authorization" in request.headers:  # 6 to 11
            return self.remember(request, _by_basic(request.headers["Authorization"]), now)
        raise Refused(HTTPStatus.UNAUTHORIZED, "Not authorized")  # 1

    def remember(self, request: web.Request, account: Account, now: int) -> Login:
        """Begin a cookie session, or go on with the caller's own (final-10, step 4)."""
        if self._dialect.breaks_at_names and not account.name.isascii():
            raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
        login = self._remembered(request)
        if login is None or login.account != account:
            login = Login(account, now, secrets.token_hex(36))
            self._logins[login.cookie] = login
        return login

    def hand_over(self, login: Login, request: web.Request, reply: web.Response) -> web.Response:
        """Set the cookie with the reply, unless the caller has it already."""
        if login.cookie is not None and request.cookies.get(_COOKIE) != login.cookie:
            attributes = self._dialect.cookie_attributes
            reply.headers["Set-Cookie"] = f"{_COOKIE}={login.cookie}; {attributes}"
        return reply

    def _remembered(self, request: web.Request) -> Login | None:
        return self._logins.get(request.cookies.get(_COOKIE))


def by_form(fields: Mapping[str, object]) -> Account | None:
    """Know somebody by the fields of the log-in form."""
    return _by_password(fields.get("username"), fields.get("password"))


def _by_key(key: str) -> Account:
    for account in ACCOUNTS:
        if account.key == key:  # 12: also of a disabled account
            return account
    raise Refused(HTTPStatus.UNAUTHORIZED, "Not authorized")


def _by_basic(header: str) -> Account:
    scheme, _, pair = header.partition(" ")
    if scheme != "Basic":  # 10
        raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
    try:
        name, _, password = base64.b64decode(pair, validate=True).decode().partition(":")
    except ValueError:  # 9
        raise Refused(HTTPStatus.UNAUTHORIZED, "Not authorized") from None
    account = _by_password(name, password)
    if account is None:  # 7, 8
        raise Refused(HTTPStatus.FORBIDDEN, "Forbidden")
    if not account.is_enabled:  # 11
        raise Refused(HTTPStatus.FORBIDDEN, "Account is disabled")
    return account


def _by_password(name: object, password: object) -> Account | None:
    pairs = {(account.name, account.password): account for account in ACCOUNTS}
    return pairs.get((str(name), str(password)))
