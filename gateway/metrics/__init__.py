"""What operators watch, as Prometheus reads it: which metrics there are, and their values now."""
