"""``session-gateway openapi``: the description of the HTTP API, without a gateway."""

import click
import msgspec

from gateway.web.routes import described


def print_openapi() -> None:
    """Print the OpenAPI document."""
    click.echo(msgspec.json.format(described().json, indent=2))
