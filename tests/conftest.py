"""What holds for every test."""

from hypothesis import settings

# Deadlines of single examples would measure the machine, not the code.
settings.register_profile("gateway", deadline=None)
settings.load_profile("gateway")
