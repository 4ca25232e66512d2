"""``session-gateway``: every command, and how each ends.

Exit status 0; 1 when it failed; 2 for wrong usage or a wrong configuration.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.adapter import adapter_group
from gateway.cli.forms import Form, chosen_form, form_options
from gateway.cli.garbage import hold_off
from gateway.cli.interrupts import Interruptible
from gateway.cli.logs import log_to_stderr
from gateway.cli.options import directory_options, list_options, parameters_of

_CONFIGURATION = click.option(
    "-c",
    "--config",
    "config",
    required=True,
    type=click.Path(path_type=Path),
    help="The configuration file.",
)

_VERBOSE = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=lambda _context, _option, is_wanted: log_to_stderr(is_wanted=is_wanted),
    help="Say also what the gateway would log.",
)


@click.group(cls=Interruptible, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="session-gateway")
def main() -> None:
    """One endpoint over many vendors' session APIs."""


# The imports wait until a command runs: help and usage errors should not load a web server.


@main.command()
@_CONFIGURATION
@click.option("--host", help="Listen here instead of server.host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here instead of server.port.")
@click.option(
    "--workers", type=click.IntRange(1, 64), help="So many processes instead of server.workers."
)
def serve(config: Path, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve until stopped."""
    hold_off()
    from gateway.cli.serve import serve_file  # noqa: PLC0415  # said above

    serve_file(config, host=host, port=port, workers=workers)


@main.command()
@_CONFIGURATION
@click.option("--online", is_flag=True, help="Also ask each backend.")
@_VERBOSE
def check(config: Path, *, online: bool) -> None:
    """Check a configuration as far as it can be known without the network."""
    from gateway.cli.settings import loaded  # noqa: PLC0415  # said above

    settings = loaded(config, is_strict=True)
    names = ", ".join(backend.name for backend in settings.backends)
    click.echo(f"{config}: in order; backends: {names}")
    if online:
        from gateway.cli.online import check_online  # noqa: PLC0415  # said above

        check_online(settings)


@main.command()
@_CONFIGURATION
@list_options
@form_options(
    {
        Form.JSON: "One page as the API's document.",
        Form.NDJSON: "All of it, a session a line.",
        Form.CSV: "All of it, as CSV.",
    }
)
@_VERBOSE
def sessions(
    config: Path, *, is_json: bool, is_ndjson: bool, is_csv: bool, **given: Sequence[str]
) -> None:
    """Ask the backends of a configuration for sessions: one page as a table, if nothing is said.

    The options are the parameters of GET /v1/sessions. No server is needed.
    """
    from gateway.cli.sessions import list_sessions  # noqa: PLC0415  # said above

    form = chosen_form(is_json=is_json, is_ndjson=is_ndjson, is_csv=is_csv)
    list_sessions(config, parameters_of(given), form)


@main.command()
@_CONFIGURATION
@directory_options
@form_options(
    {
        Form.JSON: "The API's document.",
        Form.NDJSON: "A backend a line.",
        Form.CSV: "A backend a row.",
    }
)
@_VERBOSE
def backends(
    config: Path, *, is_json: bool, is_ndjson: bool, is_csv: bool, **given: Sequence[str]
) -> None:
    """Tell what is known of the backends of a configuration, without asking any."""
    from gateway.cli.backends import list_backends  # noqa: PLC0415  # said above

    form = chosen_form(is_json=is_json, is_ndjson=is_ndjson, is_csv=is_csv)
    list_backends(config, parameters_of(given), form)


@main.group("config")
def config_group() -> None:
    """Look at configurations."""


@config_group.command()
@_CONFIGURATION
def show(config: Path) -> None:
    """Print a configuration as it is in force: references followed, secrets masked."""
    from gateway.cli.settings import loaded  # noqa: PLC0415  # said above
    from gateway.config import shown  # noqa: PLC0415  # said above

    click.echo(shown(loaded(config, is_strict=True)), nl=False)


@main.command()
@click.option(
    "--plugin", "plugins", multiple=True, help="A distribution whose adapters it describes, too."
)
@click.option(
    "--adapter", metavar="NAME", help="Of the file that the options of this adapter name instead."
)
def schema(plugins: Sequence[str], adapter: str | None) -> None:
    """Print the JSON Schema of the configuration file, for editors."""
    from gateway.cli.schema import print_schema  # noqa: PLC0415  # said above

    print_schema(plugins, adapter)


@main.command()
@click.option(
    "--rows", type=click.IntRange(1, 100_000), default=500, help="Past sessions a vendor."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where to listen.")
@click.option("--frozen", is_flag=True, help="Hold the simulators still: nothing starts or ends.")
def demo(rows: int, port: int, *, frozen: bool) -> None:
    """Run a simulator of each vendor, and the gateway over them."""
    from gateway.cli.demo import run_demo  # noqa: PLC0415  # said above

    run_demo(rows=rows, port=port, is_frozen=frozen)


@main.command()
def openapi() -> None:
    """Print the description of the HTTP API (OpenAPI 3.1)."""
    from gateway.cli.openapi import print_openapi  # noqa: PLC0415  # said above

    print_openapi()


@main.group()
def keys() -> None:
    """Work with API keys."""


@keys.command()
@click.option("--name", default="NAME", help="The caller's name, for the lines to paste.")
def new(name: str) -> None:
    """Make an API key: shown once, and the lines that let it in."""
    from gateway.cli.keys import print_new_key  # noqa: PLC0415  # said above

    print_new_key(name)


main.add_command(adapter_group)
