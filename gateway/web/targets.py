"""Request targets: what a request line may name."""

from yarl import URL


def is_for(target: str, host: str) -> bool:
    """Say whether a request target is on the host that the request was sent to.

    One that is a path is. One that is a whole URL, as proxies are sent, names a host itself.
    """
    if target.startswith("/") or target == "*":
        return True
    try:
        named = URL(target, encoded=True)
        sent_to = URL(f"{named.scheme}://{host}", encoded=True)
        return bool(named.host) and (named.host, named.port) == (sent_to.host, sent_to.port)
    except ValueError:
        return False
