"""The formats that answers are written in, and the choice between them."""

from http import HTTPStatus

from aiohttp import web

from gateway.web.negotiation import media_type
from gateway.web.problems import Problem

JSON = "application/json"
LINES = "application/x-ndjson"
TABLE = "text/csv"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def acceptable(request: web.Request, offers: tuple[str, ...] = (JSON,)) -> str:
    """Choose the format of an answer; raise a 406 if the client refuses all that are offered."""
    accepted = ",".join(request.headers.getall("Accept", []))
    chosen = media_type(accepted, offers)
    if chosen is None:
        detail = f"This path is answered as {' or '.join(offers)}."
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, "not_acceptable", detail)
    return chosen
