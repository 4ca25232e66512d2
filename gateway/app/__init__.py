"""Building the gateway from its configuration: everything is wired here, and nowhere else."""

from gateway.app.application import Clock, build_app, cursor_sealer, open_federation, utc_now

__all__ = ["Clock", "build_app", "cursor_sealer", "open_federation", "utc_now"]
