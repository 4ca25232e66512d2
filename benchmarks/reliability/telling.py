"""How a figure is told: beside its goal."""


def tell(what: str, goal: str, reached: str) -> None:
    """Print a line of the table."""
    print(f"{what:46}{goal:>20}  {reached}", flush=True)


def head() -> None:
    """Print what stands above the figures."""
    tell("", "goal", "reached")
