"""Every goal that is set for the gateway's cost, measured beside what others cost."""
