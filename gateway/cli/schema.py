"""``schema``: what editors complete and check configuration files by."""

import json
from collections.abc import Collection

import click

from gateway.cli.ending import fail
from gateway.config import configuration_schema
from gateway.spi.registry import NotUsableError, PluginError, missing


def print_schema(plugins: Collection[str]) -> None:
    """Print the JSON Schema; end with exit status 2 if a plugin cannot be described."""
    for name in missing(plugins):
        fail(f"--plugin {name}: not installed", status=2)
    try:
        schema = configuration_schema(plugins=plugins)
    except (NotUsableError, PluginError) as error:
        fail(str(error), status=2)
    click.echo(json.dumps(schema, indent=2))
