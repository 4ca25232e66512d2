"""What is asked of the gateways: one query over five backends, and how the gateway knows them."""

from pathlib import Path

import yaml
from pages import FROZEN_AT, RECORDS

NAMES = ("canopsis", "cortex", "digital-samba", "ekran", "roundware")
"""The first five backends."""

SECRET = "BENCHMARK_SECRET"  # noqa: S105  # the name of the variable that holds one
"""The variable that the configuration's references to secrets name."""

_MIDNIGHT = FROZEN_AT.replace(hour=0).strftime("%Y-%m-%dT%H:%M:%S")
_OVER = f"/v1/sessions?limit={RECORDS}&status=ended&status=unknown&started_after={_MIDNIGHT}"

QUERY = f"{_OVER}Z"
"""One page of what is over since midnight, newest first: each filter leaves some rows out."""

QUERIES = _OVER + ".{number}Z"
"""The same page, asked for by questions that differ in the microsecond after which it begins."""

QUERIES_APART = QUERIES + "".join(f"&backend={name}{{turn}}" for name in NAMES)
"""The same of backends that are others for each connection, so that nothing can be shared."""

_REFERENCE = f"${{env:{SECRET}}}"
OPTIONS: dict[str, dict[str, str]] = {
    "canopsis": {"auth_key": _REFERENCE},
    "cortex": {"dialect": "v1"},
    "digital_samba": {"developer_key": _REFERENCE},
    "ekran": {"api_key": _REFERENCE, "timezone": "Europe/Paris"},
    "roundware": {"token": _REFERENCE},
}
"""How each adapter is configured, but for its address."""


def write_configuration(
    path: Path, upstreams: str, *, ttl_seconds: int, backends: int = len(OPTIONS), workers: int = 1
) -> Path:
    """Configure a gateway: everything is the default but what must be said, and the ttl."""
    tree = {
        "server": {"port": 0, "workers": workers},
        "defaults": {"cache": {"ttl_s": ttl_seconds}},
        "backends": [backend(number, upstreams) for number in range(backends)],
    }
    path.write_text(yaml.safe_dump(tree))
    return path


def backend(number: int, upstreams: str) -> dict[str, object]:
    """Configure a backend; the adapters take turns."""
    adapter = list(OPTIONS)[number % len(OPTIONS)]
    turn = number // len(OPTIONS)
    address = upstreams.replace("http:", "ws:") if adapter == "cortex" else upstreams
    return {
        "name": adapter.replace("_", "-") + (f"-{turn + 1}" if turn else ""),
        "adapter": adapter,
        "options": {"url": f"{address}/{adapter}", **OPTIONS[adapter]},
        # What is measured is the gateway, not the patience that it has with vendors.
        "limits": {"rate": None},
    }
