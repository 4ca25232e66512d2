"""Render: from a page over all backends to the answer, honest about what it lacks."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web

from gateway.federation.lookup import Found
from gateway.federation.run import SessionPage
from gateway.web.answers import count_shown, page_document, rows_written
from gateway.web.caching import NO_STORE, freshness_headers, service_headers
from gateway.web.cursors import Cursors
from gateway.web.documents import SessionAnswer
from gateway.web.formats import JSON
from gateway.web.refusals import refuse_unless_served


def page_response(page: SessionPage, cursors: Cursors) -> web.Response:
    """Write a page down; raise the problem that fits if it is not what was required."""
    asked = cursors.asked
    refuse_unless_served(page, cursors.reports(page), asked)
    following = cursors.following(page)
    rows = rows_written(page, asked)
    told = [JSON, asked.page_size, following is None, count_shown(page, asked)]
    headers = page_headers(page, msgspec.json.encode(told) + rows)
    return json_response(
        page_document(page, cursors, msgspec.Raw(rows), following),
        headers={**cursors.links(following), **headers},
    )


def page_headers(page: SessionPage, content: bytes) -> dict[str, str]:
    """Say how long an answer over a page serves, and who served it."""
    return {
        **freshness_headers(page.reports, page.servings, content),
        **service_headers(page.reports, page.servings),
    }


def session_response(found: Found) -> web.Response:
    """Write one session down."""
    name, session = found.session.backend, msgspec.json.encode(found.session)
    reports, servings = {name: found.report}, {name: found.serving}
    headers = {
        **freshness_headers(reports, servings, session),
        **service_headers(reports, servings),
    }
    answer = SessionAnswer(data=msgspec.Raw(session), backend=found.report)
    return json_response(answer, headers=headers)


def json_response(
    document: object,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Write a document as JSON."""
    return web.Response(
        status=status.value,
        body=msgspec.json.encode(document),
        content_type=JSON,
        headers={**NO_STORE, **(headers or {})},
    )
