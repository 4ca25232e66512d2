"""Finding out which dialect a service speaks, and being let in by it."""

from typing import Annotated

import msgspec
from pydantic import SecretStr

from adapters.cortex.calls import Dialect, call, error_for
from adapters.cortex.options import CortexOptions
from gateway.spi import ErrorCode, GiveUp, LogInAgain, RpcError, RpcTransport, Ticket

_NO_SUCH_METHOD = -32601
_SOMEBODY_ELSE = "somebody other than username is logged in; log them out there"


_Token = Annotated[str, msgspec.Meta(min_length=1)]


class _AuthorizedV1(msgspec.Struct):
    token: _Token = msgspec.field(name="_auth")


class _AuthorizedV2(msgspec.Struct):
    """Beside the token a ``warning`` may tell that the user has still to accept the EULA."""

    token: _Token = msgspec.field(name="cortexToken")


class _User(msgspec.Struct):
    username: str
    of_this_connection: str | None = msgspec.field(default=None, name="currentOSUId")
    of_the_log_in: str | None = msgspec.field(default=None, name="loggedInOSUId")

    @property
    def is_here(self) -> bool:
        """Say whether the log-in is of the account of the operating system that we reach."""
        accounts = {self.of_this_connection, self.of_the_log_in}
        return None in accounts or len(accounts) == 1


class _Access(msgspec.Struct, rename="camel"):
    access_granted: bool


_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
_NAMES = msgspec.json.Decoder(list[str])
_USERS = msgspec.json.Decoder(list[_User])
_ACCESS = msgspec.json.Decoder(_Access)
_AUTHORIZED: dict[Dialect, msgspec.json.Decoder[_AuthorizedV1 | _AuthorizedV2]] = {
    Dialect.V1: msgspec.json.Decoder(_AuthorizedV1),
    Dialect.V2: msgspec.json.Decoder(_AuthorizedV2),
}


async def log_in(options: CortexOptions, transport: RpcTransport) -> Ticket:
    """Log in, in the dialect that is configured, or else in the one that is spoken.

    Raises :class:`GiveUp` where somebody has to do something at the machine, and says what.
    """
    dialect = await _spoken(options, transport)
    if dialect is Dialect.V1:
        await _become_somebody(options, transport)
    else:
        await _be_approved(options, transport)
    return await authorize(options, transport, dialect)


async def authorize(
    options: CortexOptions, transport: RpcTransport, dialect: Dialect, *, debit: int | None = None
) -> Ticket:
    """Get a token. Each one stays good for its 48 hours, whatever others are given meanwhile.

    ``debit`` moves that many sessions from the licence's quota to this machine, for activation.
    """
    wanted = _application(options, dialect) | _given(license=options.license, debit=debit)
    try:
        authorized = await call(transport, dialect, "authorize", wanted, _AUTHORIZED[dialect])
    except LogInAgain as error:
        # That is what a log-in does: it would say the same again.
        raise GiveUp(error.code, f"{error}; log in at the machine") from error
    return Ticket({"dialect": dialect.value, "token": authorized.token})


def dialect_of(ticket: Ticket) -> Dialect:
    """Tell in which dialect a log-in was made."""
    return Dialect(ticket.values["dialect"])


def credentials(ticket: Ticket) -> dict[str, object]:
    """Make the parameter that lets a call in."""
    name = "_auth" if dialect_of(ticket) is Dialect.V1 else "cortexToken"
    return {name: ticket.values["token"]}


async def _spoken(options: CortexOptions, transport: RpcTransport) -> Dialect:
    """Ask for what only versions from 2 on can tell."""
    if options.dialect != "auto":
        return Dialect(options.dialect)
    try:
        await transport.call("getCortexInfo")
    except RpcError as error:
        if error.code == _NO_SUCH_METHOD:
            return Dialect.V1
        raise error_for(error, Dialect.V2) from error
    return Dialect.V2


async def _become_somebody(options: CortexOptions, transport: RpcTransport) -> None:
    """Log in where nobody is ("How to authorize with an emotiv id").

    Somebody else is never logged out, as that page has it: Cortex knows one account at a time,
    and whoever is logged in may be recording with it. Without an account nothing is to be done:
    whether nobody is enough for ``authorize`` is told both ways.
    """
    users = await call(transport, Dialect.V1, "getUserLogin", None, _NAMES)
    account = _given(username=options.username, password=options.password)
    if account and users and options.username not in users:
        raise GiveUp(ErrorCode.AUTH, f"getUserLogin: {_SOMEBODY_ELSE}")
    if account and not users:
        wanted = account | _application(options, Dialect.V1)
        await call(transport, Dialect.V1, "login", wanted, _ANYTHING)


async def _be_approved(options: CortexOptions, transport: RpcTransport) -> None:
    """Check who is logged in with EMOTIV Launcher, and have the application approved there."""
    if options.client_id is None:
        raise GiveUp(ErrorCode.CONFIG, "authorize: v2 needs client_id and client_secret")
    _check_user(options, await call(transport, Dialect.V2, "getUserLogin", None, _USERS))
    application = _application(options, Dialect.V2)
    # It is only asked for where it lacks: every request shows up in the Launcher.
    for method in ("hasAccessRight", "requestAccess"):
        access = await call(transport, Dialect.V2, method, application, _ACCESS)
        if access.access_granted:
            return
    raise GiveUp(
        ErrorCode.FORBIDDEN,
        "requestAccess: the application is not approved yet; approve it in EMOTIV Launcher",
    )


def _check_user(options: CortexOptions, users: list[_User]) -> None:
    """Refuse a state in which Cortex would not work for us ("getUserLogin")."""
    if not users:
        raise GiveUp(
            ErrorCode.AUTH, "getUserLogin: nobody is logged in; log in with EMOTIV Launcher"
        )
    if not users[0].is_here:
        raise GiveUp(
            ErrorCode.AUTH,
            "getUserLogin: Cortex is in use from another account of the operating system",
        )
    if options.username not in (None, users[0].username):
        raise GiveUp(ErrorCode.AUTH, f"getUserLogin: {_SOMEBODY_ELSE}")


def _application(options: CortexOptions, dialect: Dialect) -> dict[str, object]:
    secret = options.client_secret
    if dialect is Dialect.V1:
        return _given(client_id=options.client_id, client_secret=secret)
    return _given(clientId=options.client_id, clientSecret=secret)


def _given(**values: str | int | SecretStr | None) -> dict[str, object]:
    """Make parameters of what is there; a secret is revealed for this one call."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in values.items()
        if value is not None
    }
