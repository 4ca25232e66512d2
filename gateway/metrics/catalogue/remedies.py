"""What may be done about several metrics."""

MORE_ROOM = "More workers, or more machines, can do more."
