"""Stand-in servers, one a vendor: real sockets, made-up people, the vendor's own manners."""
