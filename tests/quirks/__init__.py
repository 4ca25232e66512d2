"""Every quirk of every vendor, each shown by a test of its name."""
