"""The quirks of Roundware."""
