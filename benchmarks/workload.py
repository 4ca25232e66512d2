"""What is asked of the gateways: one query over five backends, and how the gateway knows them."""

from pathlib import Path

import yaml
from pages import FROZEN_AT, RECORDS

SECRET = "BENCHMARK_SECRET"  # noqa: S105  # the name of the variable that holds one
"""The variable that the configuration's references to secrets name."""

_AFTER = FROZEN_AT.replace(hour=0).strftime("%Y-%m-%dT%H:%M:%SZ")

QUERY = f"/v1/sessions?limit={RECORDS}&status=ended&status=unknown&started_after={_AFTER}"
"""One page of what is over since midnight, newest first: each filter leaves some rows out."""

_REFERENCE = f"${{env:{SECRET}}}"
OPTIONS: dict[str, dict[str, str]] = {
    "canopsis": {"auth_key": _REFERENCE},
    "cortex": {"dialect": "v1"},
    "digital_samba": {"developer_key": _REFERENCE},
    "ekran": {"api_key": _REFERENCE, "timezone": "Europe/Paris"},
    "roundware": {"token": _REFERENCE},
}
"""How each adapter is configured, but for its address."""


def write_configuration(path: Path, upstreams: str, *, ttl_seconds: int) -> Path:
    """Configure a gateway: everything is the default but what must be said, and the ttl."""
    tree = {
        "server": {"port": 0},
        "defaults": {"cache": {"ttl_s": ttl_seconds}},
        "backends": [_backend(adapter, upstreams) for adapter in OPTIONS],
    }
    path.write_text(yaml.safe_dump(tree))
    return path


def _backend(adapter: str, upstreams: str) -> dict[str, object]:
    address = upstreams.replace("http:", "ws:") if adapter == "cortex" else upstreams
    return {
        "name": adapter.replace("_", "-"),
        "adapter": adapter,
        "options": {"url": f"{address}/{adapter}", **OPTIONS[adapter]},
        # What is measured is the gateway, not the patience that it has with vendors.
        "limits": {"rate": None},
    }
