"""The wires to vendors, against real sockets."""
