"""A gateway that unites many vendors' session APIs behind one endpoint."""
