"""Every quirk of Digital Samba, shown by its simulator, and what is done about it."""
