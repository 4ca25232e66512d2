"""One folder for what adapters share; the vendors have their own."""
