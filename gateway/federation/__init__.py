"""The work over many backends: one page of each, one page of all."""
