"""The wires to vendors: owned here, one for each backend, bounded in time and size."""
