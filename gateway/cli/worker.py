"""One of several processes behind one address; its supervisor starts it, and tells it what to do.

Its input is a line of orders. It serves until that input ends.
"""

from gateway.cli.garbage import hold_off


def main() -> None:
    """Serve."""
    hold_off()
    from gateway.cli.logs import log_serving  # noqa: PLC0415  # imports are part of the start
    from gateway.cli.post import Post, received  # noqa: PLC0415  # imports are part of the start
    from gateway.cli.serve import serve_at  # noqa: PLC0415  # imports are part of the start

    orders = received()
    log_serving(orders.name)
    serve_at(Post(orders), orders.source, orders.settings())


if __name__ == "__main__":
    main()
