"""Every goal that is measured, one after another: make reliability, or ONLY=hanging of it."""

import subprocess
import sys

_MEASURES = (
    *("deadlines", "hanging", "outage", "breaker", "memory"),
    *("starting", "stopping", "reloading", "overload", "holding", "properties", "shared_cache"),
)


def main() -> None:
    """Run the measures that are named, or all of them; each in a process of its own."""
    for name in sys.argv[1:] or _MEASURES:
        print(f"\n$ make reliability ONLY={name}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"reliability.{name}"], check=True)  # noqa: S603  # our own


if __name__ == "__main__":
    main()
