"""What the collector of garbage need not look through: all that a process holds to its end."""

import gc

_YOUNG = 10_000
"""Objects that are made, and not gone again, until the youngest are looked through.

What an answer is made of goes by itself as the answer ends. As it is more than Python's 700, it
would be looked through with each, in vain, which takes longer than asking a vendor does.
"""


def spare_what_lasts() -> None:
    """Collect garbage from now on, rarely, and leave out of it all that is there now.

    Modules and models are some 60,000 objects: to look through them takes 60 ms, in which nobody is
    answered, about once a second under load. What is left out is never collected. So this comes
    before an application is built, which is full of cycles and goes when another takes its place.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
    gc.enable()
