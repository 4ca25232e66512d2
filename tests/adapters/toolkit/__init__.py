"""One file a module of the toolkit."""
