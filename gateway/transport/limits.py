"""How much one backend's wire may take."""

from dataclasses import dataclass
from pathlib import Path

CONNECT_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Time for one request, bytes of one decompressed body, and requests at a time."""

    timeout_seconds: float = 10.0
    max_body_bytes: int = 16 * 1024 * 1024
    concurrency: int = 8


@dataclass(frozen=True, slots=True)
class Trust:
    """How a vendor's certificate is known: by the system, by a file, or by its own pin."""

    ca_file: Path | None = None
    fingerprint_sha256: bytes | None = None
