"""One of several processes behind one address; its supervisor starts it, and tells it what to do.

Its input is a line of orders. It serves until that input ends.
"""

from gateway.cli.logs import log_serving
from gateway.cli.post import Post, received
from gateway.cli.serve import serve_at


def main() -> None:
    """Serve."""
    orders = received()
    log_serving(orders.name)
    serve_at(Post(orders), orders.source, orders.settings())


if __name__ == "__main__":
    main()
