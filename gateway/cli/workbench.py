"""Opening a file that describes an adapter: what is wrong with it is the end of a command."""

from pathlib import Path

from gateway.cli.ending import WRONG, fail
from gateway.config import ConfigurationError
from gateway.spi.described import DescribedAdapter, Workbench
from gateway.spi.registry import NotUsableError, load_adapter

ADAPTER = "declarative"
"""The adapter that such files are for."""


def opened(file: Path) -> Workbench:
    """Read a file, or end with exit status 2 and all that is wrong with it."""
    try:
        adapter = load_adapter(ADAPTER)
    except NotUsableError as error:
        fail(f"Error: {error}")
    if not issubclass(adapter, DescribedAdapter):
        fail(f"Error: the adapter {ADAPTER} is not described by files")
    try:
        return adapter.workbench(file)
    except ConfigurationError as error:
        fail(str(error), status=WRONG)
