"""One of several processes behind one address; its supervisor starts it, and tells it what to do.

Its input is a line of orders. It serves until that input ends.
"""

from gateway.cli.garbage import hold_off


def main() -> None:
    """Serve."""
    hold_off()
    from gateway.cli.mask import Mask  # noqa: PLC0415  # imports are part of the start
    from gateway.cli.post import Post, received  # noqa: PLC0415  # imports are part of the start
    from gateway.cli.serve import serve_at  # noqa: PLC0415  # imports are part of the start
    from gateway.cli.serving_logs import log_serving  # noqa: PLC0415  # imports are part of the start

    orders = received()
    mask = Mask()
    source = orders.source(mask)
    settings = orders.settings(source)
    log_serving(orders.name, layout=settings.log.format, mask=mask)
    serve_at(Post(orders), source, settings)


if __name__ == "__main__":
    main()
