"""The fault matrix: every fault, live, against the built gateway."""
