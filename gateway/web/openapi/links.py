"""What leads from an answer to other calls: OpenAPI's links."""

from collections.abc import Iterable, Mapping

from gateway.model.schema import Schema
from gateway.web.openapi.parameters import conditions, shaping

OF_PAGES = ("next_page", "first_session")
OF_SESSIONS = ("backend", "keep_alive", "hide", "end")
OF_NEW_SESSIONS = ("session", *OF_SESSIONS)
OF_BACKENDS = ("first_backend",)
OF_BACKEND = ("sessions",)
OF_PROBLEMS = ("meaning",)

_ID = {"id": "$response.body#/data/id"}


def components() -> Schema:
    """Describe every link, by its name."""
    return {
        "next_page": _link("list_sessions", "The page after this one, if any.", _next_page()),
        "first_session": _link(
            "get_session", "The first session.", {"id": "$response.body#/data/0/id"}
        ),
        "session": _link("get_session", "The session.", _ID),
        "backend": _link(
            "get_backend", "The session's backend.", {"name": "$response.body#/data/backend"}
        ),
        "keep_alive": _link("keep_session_alive", "Saying that the session goes on.", _ID),
        "hide": _link("hide_session", "Saying that the session was left for now.", _ID),
        "end": _link("end_session", "Ending the session.", _ID),
        "first_backend": _link(
            "get_backend", "The first backend.", {"name": "$response.body#/data/0/name"}
        ),
        "sessions": _link(
            "list_sessions", "The backend's sessions.", {"backend": "$response.body#/data/name"}
        ),
        "meaning": _link("describe_problem", "What it means.", {"code": "$response.body#/code"}),
    }


def refer(names: Iterable[str]) -> Schema:
    """Refer to links by their names."""
    return {name: {"$ref": f"#/components/links/{name}"} for name in names}


def _link(operation: str, meaning: str, parameters: Mapping[str, str]) -> Schema:
    return {"operationId": operation, "description": meaning, "parameters": dict(parameters)}


def _next_page() -> Mapping[str, str]:
    """Repeat what was asked for, but for where the page begins."""
    names = (parameter["name"] for parameter in (*conditions(), *shaping()))
    repeated = {name: f"$request.query.{name}" for name in names}
    return {**repeated, "cursor": "$response.body#/page/next"}
