"""Ctrl-C: every command ends by it alike, whatever it was doing."""

from typing import NoReturn

import click

from gateway.cli.screen import forget_output

INTERRUPTED = 130
"""What shells take for an end by Ctrl-C."""


def end_interrupted() -> NoReturn:
    """End at once, without a word."""
    forget_output()
    raise SystemExit(INTERRUPTED) from None


class Interruptible(click.Group):
    """Commands that Ctrl-C ends as it ends their work, while they still get ready for it."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            end_interrupted()
