"""Pure rules of how vendors in trouble are treated: when to ask again, and when to leave alone."""
