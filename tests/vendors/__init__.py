"""One file a vendor: its records, and its simulator over real sockets."""
