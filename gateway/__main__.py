"""``python -m gateway``: the same program as ``session-gateway``."""

from gateway.cli.main import main

main()
