"""The rows of the matrix that are failures: what goes wrong, and what is to come of it."""

from itertools import chain

from gateway.model.report import ErrorCode
from tests.faults.failing import ONCE, THRICE, TWICE, UP_TO_THRICE, After, row
from tests.faults.sites import (
    Site,
    behind,
    canopsis,
    cortex,
    ekran,
    encrypted,
    nameless,
    refused,
    roundware,
    samba,
    swallowed,
)
from tests.laboratory import http_faults as http
from tests.laboratory import row_faults as rows
from tests.laboratory import rpc_faults as rpc
from tests.laboratory.toxics import Toxics

_E, _TROUBLE, _NOTHING, _PAUSE = ErrorCode, After.TROUBLE, After.NOTHING, After.PAUSE

_NOON = "Sun, 22 Nov 2026 12:00:"
_YESTERDAY = "Sat, 21 Nov 2026 03:00:"


def _replying(status: str, *headers: str) -> Site:
    return samba(http.replying(b"", status, *headers))


def _sending(body: bytes) -> Site:
    return samba(http.replying(body))


def _holding(number: bytes) -> Site:
    return _sending(b'{"data": [{"id": "1", "participants_max": %s}]}' % number)


def _dated(begin: str) -> Site:
    """Ask for seconds of pause, by a clock."""
    return _replying("429 Slow", f"Date: {begin}00 GMT", f"Retry-After: {begin}07 GMT")


_CONNECTIONS = [
    row(
        "2",
        _E.TIMEOUT,
        TWICE,
        _TROUBLE,
        {
            "accepts and never answers": samba(http.silent),
            "never answers a POST": ekran(http.silent),
            "never sends its list": roundware(http.silent),
            "never lets us in": canopsis(http.silent),
        },
    ),
    row(
        "3",
        _E.TIMEOUT,
        ONCE,
        _TROUBLE,
        {"drips": samba(http.dripping, timeout_s=0.5)},
    ),
    # Whoever asks for it joins the one that reads it, so there are never many calls.
    row("3", _E.TIMEOUT, ONCE, _NOTHING, {"drips its list": roundware(http.dripping)}),
    row("4", _E.TIMEOUT, THRICE, _TROUBLE, {"swallows us": swallowed(timeout_s=0.1)}),
    row("5", _E.CONNECT, THRICE, _TROUBLE, {"refuses connections": refused}),
    row(
        "6",
        _E.RESET,
        THRICE,
        _TROUBLE,
        {
            "resets before headers": samba(http.resetting),
            "resets before headers of a POST": ekran(http.resetting),
        },
    ),
    row(
        "7",
        _E.RESET,
        THRICE,
        _TROUBLE,
        {
            "closes before headers": samba(http.closing),
            "closes before headers of a POST": ekran(http.closing),
        },
    ),
    row(
        "8",
        _E.RESET,
        THRICE,
        _TROUBLE,
        {
            "sends a short body": samba(http.cut_body),
            "resets in the body": samba(http.reset_body),
            "is cut off on the way": behind(Toxics(reset_after_bytes=200)),
        },
    ),
    row("9", _E.RESET, THRICE, _TROUBLE, {"cuts off chunks": samba(http.cut_chunks)}),
]

_BODIES = [
    # What was cut without a length cannot be told from what was sent cut.
    row("10", _E.BAD_PAYLOAD, TWICE, _TROUBLE, {"has no length": samba(http.cut_unframed)}),
    row("11", _E.BAD_PAYLOAD, TWICE, _TROUBLE, {"truncates JSON": samba(http.half_of_it)}),
    row("12", _E.BAD_PAYLOAD, TWICE, _TROUBLE, {"sends an empty body": _sending(b"")}),
    row("13", _E.BAD_PAYLOAD, ONCE, _TROUBLE, {"shows HTML": samba(http.html())}),
    row(
        "14",
        _E.BAD_PAYLOAD,
        ONCE,
        _TROUBLE,
        {
            "writes its envelope in Latin-1": _sending(b'{"data": [], "total_count": "\xe9"}'),
            "writes a record in Latin-1": samba(rows.LATIN_1),
            "writes every record in Latin-1": samba(rows.naming(b"caf\xe9")),
            "has half a character": samba(rows.naming(b"\\ud83d")),
            "has half a character in bytes": samba(rows.naming(b"\xed\xa0\xbd")),
        },
    ),
    row("16", _E.BAD_PAYLOAD, ONCE, _TROUBLE, {"sends NaN": _holding(b"NaN")}),
    # A record is a slice of the body, and an odd number in it costs that record alone.
    row(
        "16",
        _E.SCHEMA,
        ONCE,
        _TROUBLE,
        {"sends 1e999": _holding(b"1e999"), "sends 5,000 digits": _holding(b"7" * 5000)},
    ),
    row(
        "17",
        _E.BAD_PAYLOAD,
        ONCE,
        _TROUBLE,
        {"nests 100,000 levels": _sending(b'{"data": ' + b"[" * 100_000)},
    ),
    row("18", _E.TOO_LARGE, ONCE, _NOTHING, {"never ends": samba(http.endless, timeout_s=5)}),
    row("19", _E.TOO_LARGE, ONCE, _NOTHING, {"is a bomb": samba(http.gzip_bomb, timeout_s=5)}),
    row("20", _E.BAD_PAYLOAD, TWICE, _TROUBLE, {"is no gzip": samba(http.corrupt_gzip)}),
    row(
        "22",
        _E.SCHEMA,
        ONCE,
        _TROUBLE,
        {
            "has another envelope": _sending(b'{"rows": []}'),
            "has no record with an id": samba(rows.with_each_row(rows.without_id)),
        },
    ),
]

_STATUSES = [
    row(
        "23",
        _E.UPSTREAM_ERROR,
        THRICE,
        _TROUBLE,
        {
            "answers 500": samba(http.html("500 Oops")),
            "answers 502": samba(http.html("502 Oops")),
            "answers 504 to a POST": ekran(http.html("504 Oops")),
        },
    ),
    row("25", _E.UNAVAILABLE, THRICE, _TROUBLE, {"answers 503": samba(http.html("503 Busy"))}),
    row(
        "25",
        _E.UNAVAILABLE,
        ONCE,
        _PAUSE,
        {"answers 503 with Retry-After": _replying("503 Busy", "Retry-After: 7")},
    ),
    row(
        "26",
        _E.RATE_LIMITED,
        ONCE,
        _PAUSE,
        {
            "answers 429 with seconds": _replying("429 Slow", "Retry-After: 7"),
            "answers 429 with a date": _dated(_NOON),
        },
    ),
    row(
        "27",
        _E.RATE_LIMITED,
        UP_TO_THRICE,
        _NOTHING,
        {
            "answers 429": samba(http.html("429 Slow")),
            "answers 429 and wants ages": _replying("429 Slow", "Retry-After: 99999999999"),
            "answers 429 and wants less than nothing": _replying("429 Slow", "Retry-After: -7"),
            "answers 429 and wants garbage": _replying("429 Slow", "Retry-After: canary"),
        },
    ),
    row("29", _E.AUTH, ONCE, _PAUSE, {"answers 401": samba(http.html("401 Who"))}),
    row("29", _E.AUTH, TWICE, _PAUSE, {"refuses to log in": canopsis(http.html("401 Who"))}),
    row(
        "29",
        _E.AUTH,
        range(6, 7),
        _PAUSE,
        {"answers 401 after each log-in": canopsis(http.where_let_in(http.html("401 Who")))},
    ),
    row("30", _E.FORBIDDEN, ONCE, _NOTHING, {"answers 403": samba(http.html("403 No"))}),
    row("31", _E.CONFIG, ONCE, _NOTHING, {"answers 404": samba(http.html("404 What"))}),
    row("32", _E.PROTOCOL, ONCE, _NOTHING, {"answers 418": samba(http.html("418 Teapot"))}),
    row(
        "33",
        _E.CONFIG,
        ONCE,
        _NOTHING,
        {
            f"redirects by {status}": _replying(f"{status} There", "Location: http://127.0.0.1:9/")
            for status in (301, 302, 303, 307, 308)
        },
    ),
    row("34", _E.RATE_LIMITED, ONCE, _PAUSE, {"has a clock that is off": _dated(_YESTERDAY)}),
]

_SOCKETS = [
    row("40", _E.RESET, THRICE, _TROUBLE, {"drops a WebSocket": cortex(rpc.dropping)}),
    row("41", _E.TOO_LARGE, ONCE, _NOTHING, {"sends too big a message": cortex(rpc.too_big)}),
    row(
        "42",
        _E.PROTOCOL,
        ONCE,
        _TROUBLE,
        {
            f"sends {name} instead of an answer": cortex(rpc.thrice(fault))
            for name, fault in rpc.STRAY.items()
        },
    ),
    row(
        "43",
        _E.TIMEOUT,
        UP_TO_THRICE,
        _TROUBLE,
        {"is half-open": cortex(rpc.half_open, timeout_s=0.1)},
    ),
    row("44", _E.AUTH, ONCE, _PAUSE, {"lets us not log in": cortex(rpc.refusing(-32002), "login")}),
    row("44", _E.FORBIDDEN, ONCE, _NOTHING, {"wants a licence": cortex(rpc.refusing(-32019))}),
    row("44", _E.UNAVAILABLE, THRICE, _TROUBLE, {"says it is busy": cortex(rpc.refusing(-32003))}),
    row("44", _E.UPSTREAM_ERROR, ONCE, _TROUBLE, {"errs oddly": cortex(rpc.refusing(-31999))}),
]

_NAMES = [
    row("45", _E.DNS, TWICE, _TROUBLE, {"does not exist": nameless(is_hanging=False)}),
    # Who asks again joins the look-up that hangs.
    row(
        "46",
        _E.TIMEOUT,
        ONCE,
        _TROUBLE,
        {"has a name server that hangs": nameless(is_hanging=True, timeout_s=0.5)},
    ),
    row(
        "47",
        _E.TLS,
        ONCE,
        _PAUSE,
        {
            "shows a certificate that has expired": encrypted(lambda c: c.expired),
            "shows a certificate of somebody else": encrypted(lambda c: c.of_another_name),
            "shows a certificate of an unknown issuer": encrypted(lambda c: c.of_unknown_issuer),
        },
    ),
    row(
        "48",
        _E.TLS,
        ONCE,
        _PAUSE,
        {"shows another pin": encrypted(lambda c: c.good, pinned=lambda c: c.expired)},
    ),
    row("49", _E.TLS, ONCE, _TROUBLE, {"speaks no TLS": encrypted(lambda _: None)}),
    row("49", _E.PROTOCOL, ONCE, _TROUBLE, {"speaks TLS unasked": samba(http.raw(http.TLS_ALERT))}),
]

_HEADS = [
    row(
        "50",
        _E.PROTOCOL,
        ONCE,
        _TROUBLE,
        {
            "sends a header of 20 KB": samba(http.with_head("X-Long: " + "y" * 20_000)),
            "sends 500 headers": samba(http.with_head(*(f"X-{n}: canary" for n in range(500)))),
            "tells two lengths": samba(http.with_head("Content-Length: 7")),
            "tells a length, and sends chunks": samba(http.with_head("Transfer-Encoding: chunked")),
            "answers with a banner": samba(http.raw(b"SSH-2.0-canary\r\n")),
            "greets with a banner": samba(http.silent, greeting=b"SSH-2.0-canary\r\n"),
        },
    ),
]

FAILING = list(chain(*_CONNECTIONS, *_BODIES, *_STATUSES, *_SOCKETS, *_NAMES, *_HEADS))
