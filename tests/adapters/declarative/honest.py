"""A vendor that holds some rows and divides them honestly, in every style, as it is told."""

import json
from dataclasses import dataclass, field
from typing import Any

from gateway.spi import HttpReply, HttpRequest, Json
from tests.adapters.declarative.speaking import URL, replied

PAGINGS: dict[str, dict[str, Any]] = {
    "offset": {"style": "offset", "offset": {"in": "query", "at": "offset"}},
    "page_index": {"style": "page_index", "index": {"in": "query", "at": "page", "first": 1}},
    "cursor": {"style": "cursor", "token": {"in": "query", "at": "token"}, "next": "next"},
    "after_id": {"style": "after_id", "after": {"in": "query", "at": "after"}},
    "after_other_id": {
        "style": "after_id",
        "after": {"in": "query", "at": "after"},
        "id": "row.no",
    },
    "link": {"style": "link", "next": "link"},
    "link_header": {"style": "link"},
}

_OF_ROWS = [
    ["total", "short_page"],
    ["total", "empty_page"],
    ["has_more"],
    ["short_page"],
    ["empty_page"],
]
_OF_TOKENS = [["no_token"], ["has_more"], ["total", "no_token"]]

SIGNS: dict[str, list[list[str]]] = {
    "offset": _OF_ROWS,
    "page_index": _OF_ROWS,
    "cursor": _OF_TOKENS,
    "after_id": _OF_ROWS,
    "after_other_id": _OF_ROWS,
    "link": _OF_TOKENS,
    "link_header": _OF_TOKENS,
}


def paginate(style: str, signs: list[str], *, honoured: bool = True) -> dict[str, Any]:
    """Describe how it divides its list, and by which signs the end is told."""
    size = {"in": "query", "at": "size", "max": 8, "honoured": honoured}
    said = {**PAGINGS[style], "size": size, "end": signs}
    if "total" in signs:
        said["total"] = {"at": "meta.total"}
    if "has_more" in signs:
        said["has_more"] = "meta.more"
    return said


@dataclass
class HonestVendor:
    """Holds so many rows; a page has no more than it ``caps``, whatever is asked for."""

    rows: int
    caps: int = 1000
    requests: list[HttpRequest] = field(default_factory=list)

    async def send(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        query = dict(request.query)
        size = min(int(query["size"]), self.caps)
        begin = self._begin(query, size)
        held = [self._row(number) for number in range(self.rows)]
        end = begin + size
        body: dict[str, Json] = {
            "rows": held[begin:end],
            "meta": {"total": self.rows, "more": end < self.rows},
        }
        if end >= self.rows:
            return replied(body)
        link = f"{URL}/sessions?{'&'.join(f'{n}={v}' for n, v in query.items() if n != 'from')}"
        body |= {"next": f"t{end}", "link": f"{link}&from={end}"}
        return replied(body, link=f'<{link}>; rel="self", <{link}&from={end}>; rel="next"')

    def _begin(self, query: dict[str, str], size: int) -> int:
        match query:
            case {"offset": text} | {"from": text}:
                return int(text)
            case {"page": text}:
                return (int(text) - 1) * size
            case {"token": text}:
                return int(text.removeprefix("t"))
            case {"after": text}:
                numbers = [i for i in range(self.rows) if text in json.dumps(self._row(i))]
                return numbers[0] + 1
            case _:
                return 0

    @staticmethod
    def _row(number: int) -> dict[str, Json]:
        return {"id": f"s-{number:03}", "row": {"no": f"n-{number:03}"}}
