"""The published description of the HTTP API, made from the tables that serve it."""
