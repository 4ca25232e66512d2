"""``session-gateway``: every command, and how each ends.

Exit status 0; 1 when it failed; 2 for wrong usage or a wrong configuration.
"""

from pathlib import Path

import click

_CONFIGURATION = click.option(
    "-c",
    "--config",
    "config",
    required=True,
    type=click.Path(path_type=Path),
    help="The configuration file.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="session-gateway")
def main() -> None:
    """One endpoint over many vendors' session APIs."""


# The imports wait until a command runs: help and usage errors should not load a web server.


@main.command()
@_CONFIGURATION
@click.option("--host", help="Listen here instead of server.host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen here instead of server.port.")
def serve(config: Path, host: str | None, port: int | None) -> None:
    """Serve until stopped."""
    from gateway.cli.serve import serve_file  # noqa: PLC0415  # said above

    serve_file(config, host=host, port=port)


@main.command()
@_CONFIGURATION
def check(config: Path) -> None:
    """Check a configuration as far as it can be known without the network."""
    from gateway.cli.settings import loaded  # noqa: PLC0415  # said above

    settings = loaded(config)
    names = ", ".join(backend.name for backend in settings.backends)
    click.echo(f"{config}: in order; backends: {names}")


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
