"""``keys new``: API keys that are long, random, and recognisable when they leak."""

import hashlib
import json
import secrets
import zlib

import click

_PREFIX = "sgw_"
_RANDOM_BYTES = 32


def new_key() -> str:
    """Make a key of 256 random bits, with a visible prefix and a checksum at its end."""
    body = secrets.token_urlsafe(_RANDOM_BYTES)
    return f"{_PREFIX}{body}_{zlib.crc32(body.encode()):08x}"


def print_new_key(name: str) -> None:
    """Print a new key and its entry for the configuration, which holds its hash alone."""
    key = new_key()
    digest = hashlib.sha256(key.encode()).hexdigest()
    click.echo(f"key (shown only now): {key}")
    click.echo("entry for auth.keys:")
    click.echo(f'  - {{name: {json.dumps(name)}, sha256: "{digest}", actions: [read]}}')
