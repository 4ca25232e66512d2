"""Requests that no client of good will sends: parameters, paths, methods, heads and keys."""

from collections.abc import Iterator

from tests.web.sending import GOOD_BODY, ITEMS, LISTS, MARK, Case, get, head, post


def hostile_requests() -> list[Case]:
    """Give the table of requests, without what matters to writes alone."""
    return [
        *_parameters(),
        *_many_parameters(),
        *_paths(),
        *_methods(),
        *_targets(),
        *_heads(),
        *_negotiation(),
        *_credentials(),
    ]


_INVALID = {
    "limit": ("0", "-1", "1e3", "0x10", "1_000", "%20" + "5", "%D9%A3", "NaN", "", "9" * 1025),
    "sort": ("s3cret", "started_at,,user", "--user", "%00", "started_at%0d%0aSet-Cookie:a"),
    "fields": ("s3cret", "id,", "ID", "__class__", "raw"),
    "count": ("s3cret", "EXACT"),
    "include": ("raw,raw", "s3cret"),
    "explain": ("1", "True"),
    "status": ("Active", "active,ended", "active%00"),
    "backend": ("s3cret", "..", "%7Bname%7D", "MUSEUM"),
    "vendor": ("s3cret",),
    "started_after": ("2026-02-30", "s3cret", "2026-11-22T10:00:00", "%F0%9D%9F%9A026-11-22"),
    "ended_before": ("9999-12-31T23:59:59-14:00", "2026-11-22T25:00:00Z"),
    "min_duration": ("-1", "1e9", "inf", "PT", "P1Y", "9" * 40),
    "user": ("", "s3cret" * 200),
    "q": ("", "s3cret" * 200),
    "tag": ("%01" * 1025,),
    "attributes.x": ("s3cret" * 200,),
    "require": ("s3cret", "museum,", "all,museum"),
}
_UNKNOWN = ("Limit", "limit%00", "limit%20", "__proto__", "attributes", "attributes.", "%E2%80%AEq")


def _parameters() -> Iterator[Case]:
    for name, values in _INVALID.items():
        for value in values:
            sent = get(f"{LISTS}?{name}={value}")
            yield Case(f"{name}={value[:30]}", sent, 400, "invalid_parameter", (name,))
    for name in _UNKNOWN:
        yield Case(f"the name {name}", get(f"{LISTS}?{name}=s3cret"), 400, "unknown_parameter")
    for value in ("s3cret", "", "%00", "A" * 7000, "%C3%A9", "=" * 50, "s3cret.s3cret.s3cret"):
        sent = get(f"{LISTS}?cursor={value}")
        yield Case(f"cursor={value[:30]}", sent, 400, "invalid_cursor", ("cursor",))


def _many_parameters() -> Iterator[Case]:
    for name in ("limit=5", "sort=user", "q=s3cret", "cursor=a", "count=none", "explain=true"):
        sent = get(f"{LISTS}?{name}&{name}")
        yield Case(f"{name} twice", sent, 400, "repeated_parameter", (name.split("=")[0],))
    too_many = "too_many_parameters"
    same = "&".join(["status=active"] * 51)
    yield Case("one status 51 times", get(f"{LISTS}?{same}"), 400, "too_many_values", ("status",))
    both = "&".join(["user=s3cret", "tag=s3cret"] * 50 + ["user=s3cret"])
    yield Case("101 values in all", get(f"{LISTS}?{both}"), 400, too_many, ("*",))
    limits = "&".join(["limit=5"] * 60)
    once = "repeated_parameter"
    yield Case("one limit 60 times", get(f"{LISTS}?{limits}"), 400, once, ("limit",))
    sent = get(f"{LISTS}/summary?by=status&{same}")
    yield Case("a summary of 51", sent, 400, "too_many_values", ("status",))
    names = "&".join(f"p{n}" for n in range(1000))
    yield Case("a thousand names", get(f"{LISTS}?{names}"), 400, too_many, ("*",))
    yield Case("a long parameter", get(f"{LISTS}?{'n' * 5000}=1"), 400, "invalid_parameter", ("*",))
    yield Case("a long attribute", get(f"{LISTS}?attributes.{'n' * 300}=1"), 400,
               "invalid_parameter", ("*",))  # fmt: skip
    sent = get(f"{LISTS}/summary?by=status,s3cret")
    yield Case("a summary by nothing known", sent, 400, "invalid_parameter", ("by",))
    sent = get(f"{LISTS}/summary?by=status&bucket=1s")
    yield Case("a summary by seconds", sent, 400, "invalid_parameter", ("bucket",))
    yield Case("a summary by nothing", get(f"{LISTS}/summary"), 400, "missing_parameter", ("by",))
    sent = get(f"{ITEMS}1?fields=s3cret")
    yield Case("a parameter of one session", sent, 400, "unknown_parameter", ("fields",))
    sent = get("/v1/backends?s=s3cret")
    yield Case("a parameter of backends", sent, 400, "unknown_parameter", ("s",))


_NO_SESSIONS = (
    "museum", ":", ":1", "museum:", "nowhere:1", "MUSEUM:1", "museum%00:1", "museum%2F:1",
    "museum%3A", "../museum:1", "..%2Fmuseum:1", "%2e%2e/museum:1", "{id}", "museum:1/..",
    "museum:%00", "museum:%0d%0aSet-Cookie:%20a=b", "museum:%7B%7D", "museum:%2F..%2F..%2Fusers",
    "museum:..", "museum:%E2%80%AE", "museum:%F0%9F%92%A9", "museum:1%3Ftoken", "museum:1%23",
    "museum:%25", "museum:%zz", "museum:%", "museum:1%20OR%201=1", "museum:-1", "museum:1e3",
    "museum:99999999999999999999999999", "museum:%D9%A3", "museum:1;a=b", "museum:%5C..%5C",
)  # fmt: skip
_NO_IDS = (
    "%ff", "%c0%af", "%ed%a0%80", "%f8%88%80%80%80", "%c3", "%e2%80", "a" * 1025,
)  # fmt: skip


def _paths() -> Iterator[Case]:
    for each in _NO_SESSIONS:
        yield Case(f"the session {each}", get(f"{LISTS}/{each}"), 404, "not_found")
    for each in _NO_IDS:
        yield Case(f"the id {each[:30]}", get(ITEMS + each), 400, "invalid_id", ("id",))
    elsewhere = (
        "/page/", "/page/parts",
        "/V1/sessions", "/v1/sessions/", "//v1/sessions", "/v1//sessions", "/v1/sessions%00",
        "/x/../v1/sessions", "/v1/%2e%2e/healthz", "/v1%2fsessions", "/v1/backends/",
        "/v1/backends/..", "/v1/backends/%00", "/v1/backends/%ff", "/problems/..%2f..%2fetc",
        "/problems/%00", "/problems/s%C3%A9", "/.env", "/healthz/", "/healthz%00", "/%ff",
    )  # fmt: skip
    for each in elsewhere:
        yield Case(f"the path {each}", get(each), 404, "not_found")
    yield Case("a long path", get("/" + "a" * 9000), 414, "uri_too_long")


def _methods() -> Iterator[Case]:
    other = "method_not_allowed"
    for method in ("TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "LOCK"):
        yield Case(f"{method} of lists", get(LISTS, method=method), 405, other)
    yield Case("TRACE of health", get("/healthz", method="TRACE"), 405, other)
    yield Case("POST of health", post(GOOD_BODY, target="/healthz"), 405, other)
    yield Case("DELETE of an ending", get(f"{ITEMS}1/end", method="DELETE"), 405, other)
    yield Case("a method in a header", get(f"{LISTS}?limit=0", "X-HTTP-Method-Override: POST"),
               400, "invalid_parameter", ("limit",))  # fmt: skip
    for method in ("get", "BREW", "GE\tT", "G\0ET", "", "GET" * 3000):
        sent = head(f"{method} {LISTS} HTTP/1.1", "Host: here", f"X-API-Key: {MARK}")
        yield Case(f"the method {method[:9]!r}", sent, 400, "malformed_request")
    sent = head("CONNECT elsewhere:80 HTTP/1.1", "Host: here")
    yield Case("CONNECT", sent, 400, "invalid_target")


def _targets() -> Iterator[Case]:
    for target in (
        "http://elsewhere/healthz",
        "http://here@elsewhere/healthz",
        "ftp://here/healthz",
    ):
        yield Case(f"the target {target}", get(target), 400, "invalid_target")
    for host in ("here/there", "he re", "here@there", "h\xe9re", '"here"', "<here>", "here\\there"):
        sent = head("GET /healthz HTTP/1.1", f"Host: {host}")
        yield Case(f"the host {host!r}", sent, 400, "invalid_target")
    for target in ("v1/sessions", "", "*", "?limit=1", "/v1/ses sions", "/\xe9", "/\x7f", "/\0"):
        sent = head(f"GET {target} HTTP/1.1", "Host: here", f"X-API-Key: {MARK}")
        yield Case(f"the target {target!r}", sent, 400, "malformed_request")


def _heads() -> Iterator[Case]:
    malformed = "malformed_request"
    lines = (
        "GET /s3cret", "GET /s3cret HTTP/0.9", "GET /s3cret HTTP/1.2", "GET /s3cret HTTP/2.0",
        "GET /s3cret HTTP/1.", "GET /s3cret http/1.1", "GET /s3cret HTTP/1.1 s3cret",
        "PRI * HTTP/2.0", "s3cret", "\x16\x03\x01\x02\0s3cret",
    )  # fmt: skip
    for line in lines:
        yield Case(f"the line {line!r}", head(line, "Host: here"), 400, malformed)
    bad_headers = (
        "s3cret", ": s3cret", "A : s3cret", " A: s3cret", "A: s3cret\0", "A: b\rs3cret: c",
        "A: b\n c: s3cret", "A: b\r\n s3cret", "A: \x01s3cret", "A\xe9: s3cret",
        "X-API-Key: s3cret\x7f", "A(s3cret): b",
        "Host: there", "Content-Type: text/plain\r\nContent-Type: text/html",
    )  # fmt: skip
    for header in bad_headers:
        yield Case(f"the header {header!r}", get("/healthz", header), 400, malformed)
    sent = head("GET /healthz HTTP/1.1", f"X-API-Key: {MARK}")
    yield Case("no host", sent, 400, malformed)
    large = "headers_too_large"
    yield Case("a long header", get("/healthz", "A: " + MARK * 2000), 431, large)
    yield Case("many headers", get("/healthz", *["A: s3cret"] * 200), 431, large)
    yield Case("a long name", get("/healthz", MARK * 2000 + ": 1"), 431, large)
    for expected in ("s3cret", "100-continue, s3cret", "200-ok"):
        sent = get("/healthz", f"Expect: {expected}")
        yield Case(f"expecting {expected}", sent, 417, "expectation_failed")


def _negotiation() -> Iterator[Case]:
    for accept in ("text/html", "application/xml;q=1", "*/*;q=0", "application/json;q=0"):
        sent = get(LISTS, f"Accept: {accept}")
        yield Case(f"accepting {accept}", sent, 406, "not_acceptable")
    sent = get(f"{ITEMS}1", "Accept: text/csv")
    yield Case("a table of one session", sent, 406, "not_acceptable")


def _credentials() -> Iterator[Case]:
    keys = (
        "X-API-Key: s3cret", "X-API-Key:", "X-API-Key: \xff\xfe", "Authorization: Bearer s3cret",
        "Authorization: Basic cmVhZGVyOnMzY3JldA==", "Authorization: s3cret", "A: b",
        "Authorization: Bearer", "X-API-Key: " + MARK * 1000,
        "Cookie: X-API-Key=reader", "Authorization: Bearer reader, s3cret",
    )  # fmt: skip
    for key in keys:
        sent = head(f"GET {LISTS} HTTP/1.1", "Host: here", key)
        yield Case(f"the key {key[:40]!r}", sent, 401, "unauthorized")
    several = (
        ("X-API-Key: reader", "X-API-Key: reader"),
        ("X-API-Key: reader", "X-API-Key: s3cret"),
        ("X-API-Key: s3cret", "X-API-Key: reader"),
        ("X-API-Key: reader", "x-api-key: writer"),
        ("Authorization: Bearer reader", "Authorization: Bearer reader"),
        ("Authorization: Bearer reader", "Authorization: Bearer s3cret"),
        ("Authorization: Bearer reader", "authorization: Basic s3cret"),
        ("Authorization: Bearer s3cret", "X-API-Key: reader"),
        ("Authorization: Bearer reader", "X-API-Key: s3cret"),
        ("Authorization: Bearer reader", "X-API-Key: writer"),
        ("Authorization: Basic s3cret", "X-API-Key: reader"),
        ("Authorization: Bearer reader", "X-API-Key:"),
        ("Authorization:", "X-API-Key: reader"),
    )
    for pair in several:
        sent = head(f"GET {LISTS} HTTP/1.1", "Host: here", *pair)
        yield Case(f"the keys {pair}", sent, 401, "unauthorized")
    sent = post(GOOD_BODY).replace(b"writer", b"reader")
    yield Case("a write by who only reads", sent, 403, "forbidden")
