"""The quirks of Canopsis."""
