"""The fault laboratory: vendors that do any harm, over raw sockets, and nothing of the gateway."""
