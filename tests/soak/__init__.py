"""The gateway for a long time, over vendors that do it harm now and then."""
