"""What commands that answer once say of what the gateway would log."""

import logging
import sys

from gateway.cli.screen import ERASE


def log_to_stderr(*, is_wanted: bool) -> None:
    """Log to the error stream, or nowhere."""
    if not is_wanted:
        logging.basicConfig(handlers=[logging.NullHandler()])
        return
    begin = ERASE if sys.stderr.isatty() else ""
    form = f"{begin}%(name)s: %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=form)
