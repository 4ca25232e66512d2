"""Writes that no client of good will sends: how they are framed, encoded, and what is in them."""

import gzip
import json
from collections.abc import Iterator

from tests.web.sending import GOOD_BODY, ITEMS, JSON, LISTS, MARK, WRITER, Case, framed, head, post


def hostile_bodies() -> list[Case]:
    """Give the table of writes."""
    return [*_framing(), *_idempotency_keys(), *_json(), *_fields(), *_encodings()]


def _framing() -> Iterator[Case]:
    malformed = "malformed_request"
    lengths = ("-1", "+1", "1_0", "0x2", "2, 2", "2 2", "", "9" * 30, "2\r\nContent-Length: 2",
               "2\r\nContent-Length: 3", "2\r\nTransfer-Encoding: chunked")  # fmt: skip
    for length in lengths:
        sent = framed(f"Content-Length: {length}", body=b"{}s3cret")
        yield Case(f"the length {length!r}", sent, 400, malformed)
    codings = ("gzip", "xchunked", "chunked, gzip", "gzip, chunked", "chunked, identity",
               "identity",
               "chunked\r\nTransfer-Encoding: chunked", "chunked, chunked", "s3cret")  # fmt: skip
    for coding in codings:
        sent = framed(f"Transfer-Encoding: {coding}", body=b"2\r\n{}\r\n0\r\n\r\n")
        yield Case(f"the coding {coding!r}", sent, 400, malformed)
    sent = head(f"POST {LISTS} HTTP/1.0", WRITER, JSON, "Transfer-Encoding: chunked")
    yield Case("chunks of HTTP/1.0", sent + b"0\r\n\r\n", 400, malformed)
    chunks = (b"-1\r\n{}", b"0x2\r\n{}", b"zz\r\n{}", b"f" * 30 + b"\r\n{}", b"+2\r\n{}", b"\r\n",
              b"2 ;\r\n{}", b"2\r\n{}s3cret")  # fmt: skip
    for chunk in chunks:
        sent = framed("Transfer-Encoding: chunked", body=chunk + b"\r\n0\r\n\r\n")
        yield Case(f"the chunk {chunk[:20]!r}", sent, 400, malformed)


def _idempotency_keys() -> Iterator[Case]:
    for key in ("", "a b", "\xe9", MARK * 100, "a\r\nIdempotency-Key: b"):
        sent = post(GOOD_BODY, f"Idempotency-Key: {key}")
        yield Case(f"the key {key[:20]!r} of a write", sent, 400, "invalid_idempotency_key")


def _json() -> Iterator[Case]:
    bodies = {
        "no body": b"",
        "half an object": b'{"backend": "s3cret"',
        "an array": b'["s3cret"]',
        "a text": b'"s3cret"',
        "null": b"null",
        "NaN": b'{"backend": "museum", "title": NaN}',
        "infinity": b'{"backend": "museum", "title": Infinity}',
        "a number beyond all": b'{"backend": "museum", "title": 1e999}',
        "a name twice": b'{"backend": "nowhere", "backend": "museum", "title": "s3cret"}',
        "a name twice below": b'{"backend": "museum", "space": {"id": "1", "id": "s3cret"}}',
        "a byte order mark": b"\xef\xbb\xbf" + GOOD_BODY,
        "UTF-16": GOOD_BODY.decode().encode("utf-16"),
        "Latin-1": b'{"backend": "museum", "title": "s3cret \xe9"}',
        "half a pair": b'{"backend": "museum", "title": "s3cret \\ud800"}',
        "a null byte": b'{"backend": "museum", "title": "s3cret \0"}',
        "arrays without end": b"[" * 60_000,
        "objects without end": b'{"a":' * 10_000,
        "nested deep": b'{"backend": ' + b"[" * 30 + b"]" * 30 + b"}",
        "many members": json.dumps({MARK + str(n): n for n in range(500)}).encode(),
        "many items": json.dumps({"backend": [0] * 500}).encode(),
        "a long text": json.dumps({"backend": "museum", "title": MARK * 1000}).encode(),
        "a comment": b'{"backend": "museum"} // s3cret',
        "two objects": GOOD_BODY * 2,
        "a form": b"backend=museum&title=s3cret",
        "XML": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    }
    for name, body in bodies.items():
        yield Case(f"the body: {name}", post(body), 400, "invalid_body")
    yield Case("a large body", post(b" " * 70_000), 413, "body_too_large")
    sent = framed("Content-Length: 999999999")
    yield Case("a body said to be large", sent, 413, "body_too_large")
    chunks = b"3e8\r\n" + b" " * 1000 + b"\r\n"
    sent = framed("Transfer-Encoding: chunked", body=chunks * 70 + b"0\r\n\r\n")
    yield Case("a large body in chunks", sent, 413, "body_too_large")


def _fields() -> Iterator[Case]:
    def write(name: str, document: object, status: int, code: str, *named: str) -> Case:
        return Case(f"a body with {name}", post(json.dumps(document).encode()), status, code, named)

    yield write("no backend", {"title": MARK}, 422, "missing_field", "backend")
    yield write("a number for a backend", {"backend": 1}, 422, "wrong_kind", "backend")
    yield write("a list for a backend", {"backend": ["museum"]}, 422, "wrong_kind", "backend")
    yield write("another backend", {"backend": MARK}, 400, "invalid_parameter", "backend")
    museum: dict[str, object] = {"backend": "museum", "space": {"id": "1"}}
    for name in ("id", "status", "__proto__", "", "\u202e", "a.b", "\0"):
        document = {**museum, name: MARK}
        yield write(f"the field {name!r}", document, 422, "unsupported_field", name)
    values: list[object] = [1, 1.5, True, [], [MARK], 10**30]
    for value in values:
        document = {**museum, "language": value}
        yield write(f"the language {value!r}", document, 422, "wrong_kind", "language")
    yield write(
        "a bare space",
        {"backend": "museum", "space": MARK},
        422,
        "unsupported_field",
        "space",
        "space.id",
    )
    yield write("no space", {"backend": "museum"}, 422, "missing_field", "space.id")
    for operation in ("keepalive", "hide", "end"):
        sent = post(b"{}", target=f"{ITEMS}1/{operation}")
        yield Case(f"to {operation}", sent, 501, "operation_not_supported")
    sent = post(b"{}", target=f"{LISTS}/nowhere:1/end")
    yield Case("to end what is not there", sent, 404, "not_found")
    sent = post(b"{}", target=f"{ITEMS}%ff/end")
    yield Case("to end an id that is none", sent, 400, "invalid_id", ("id",))
    sent = post(b"{}", target="/v1/backends/museum/refresh")
    yield Case("to refresh without the right", sent, 403, "forbidden")
    sent = post(GOOD_BODY, target=f"{LISTS}?dry_run=1")
    yield Case("a parameter of a write", sent, 400, "unknown_parameter", ("dry_run",))


def _encodings() -> Iterator[Case]:
    other = "unsupported_media_type"
    kinds = ("text/plain", "application/json-patch+json", "application/x-www-form-urlencoded",
             "multipart/form-data; boundary=s3cret", "", "s3cret", "text/json",
             "application/")  # fmt: skip
    for kind in kinds:
        sent = post(GOOD_BODY, kind=f"Content-Type: {kind}")
        yield Case(f"the type {kind!r}", sent, 415, other)
    for coding in ("s3cret", "gzip, gzip", "compress", "*"):
        sent = post(GOOD_BODY, f"Content-Encoding: {coding}")
        yield Case(f"encoded as {coding}", sent, 415, other)
    for coding in ("gzip", "deflate"):
        sent = post(GOOD_BODY, f"Content-Encoding: {coding}")
        yield Case(f"not encoded as {coding}", sent, 400, "invalid_body")
    bomb = gzip.compress(b" " * 5_000_000)
    yield Case("a bomb", post(bomb, "Content-Encoding: gzip"), 413, "body_too_large")
    cut = gzip.compress(GOOD_BODY)[:-12]
    yield Case("half a gzip", post(cut, "Content-Encoding: gzip"), 400, "invalid_body")
