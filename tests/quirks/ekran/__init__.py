"""Every quirk of Ekran System, shown by its simulator, and what is done about it."""
