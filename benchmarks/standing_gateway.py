"""The built gateway in a process of its own, with the clock that the simulators have.

    python benchmarks/standing_gateway.py FILE

Its sessions neither begin nor end while they are counted, so what they cost is the same each time.
"""

import sys
from pathlib import Path

import msgspec
from aiohttp import web
from pages import FROZEN_AT
from pydantic import SecretStr

from gateway.app import build_app
from gateway.cli.serving_logs import log_serving
from gateway.config import BackendLimits, BackendSettings, ServerSettings, SetBy, Settings
from gateway.config.settings import CacheSettings, CursorSettings
from gateway.spi.registry import load_adapter

# All of them have it: a cursor of one is good for another.
_CURSOR_KEY = SecretStr("a made-up key of all these gateways")


class Reach(msgspec.Struct, frozen=True):
    """How a vendor is reached."""

    adapter: str
    options: dict[str, object]


class Terms(msgspec.Struct, frozen=True):
    """What such a gateway is told: the figures are the configuration's own, and its defaults."""

    vendors: dict[str, Reach]
    deadline_s: float = 10
    timeout_s: float = 10
    ttl_s: float = 15


def settings_of(terms: Terms) -> Settings:
    """Configure it: what is not told is the default."""
    return Settings(
        server=ServerSettings(port=0, deadline_s=terms.deadline_s),
        cursor=CursorSettings(keys=(_CURSOR_KEY,)),
        backends=tuple(_backend(name, reach, terms) for name, reach in terms.vendors.items()),
    )


def _backend(name: str, reach: Reach, terms: Terms) -> BackendSettings:
    return BackendSettings(
        name=name,
        adapter=reach.adapter,
        timeout_s=terms.timeout_s,
        cache=CacheSettings(ttl_s=terms.ttl_s),
        # What is measured is the gateway, not the patience that it has with vendors.
        limits=BackendLimits(rate=None, rate_set_by=SetBy.BACKEND),
        options=load_adapter(reach.adapter).options_model.model_validate(reach.options),
    )


def main() -> None:
    """Serve on a free port until told to stop."""
    terms = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Terms)
    app = build_app(settings_of(terms), clock=lambda: FROZEN_AT)
    log_serving()
    web.run_app(app, host="127.0.0.1", port=0, access_log=None, shutdown_timeout=0.1)


if __name__ == "__main__":
    main()
