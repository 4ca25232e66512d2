"""``schema``: what editors complete and check by the files that people write."""

import json
from collections.abc import Collection

import click

from gateway.cli.ending import WRONG, fail
from gateway.config import configuration_schema, file_schema
from gateway.spi.registry import NotUsableError, PluginError, missing


def print_schema(plugins: Collection[str], adapter: str | None) -> None:
    """Print the JSON Schema of the configuration, or of the file that an adapter's options name.

    Ends with exit status 2 if a plugin or that adapter cannot be described.
    """
    for name in missing(plugins):
        fail(f"--plugin {name}: not installed", status=WRONG)
    try:
        schema = file_schema(adapter, plugins) if adapter else configuration_schema(plugins=plugins)
    except (NotUsableError, PluginError) as error:
        fail(str(error), status=WRONG)
    click.echo(json.dumps(schema, indent=2))
