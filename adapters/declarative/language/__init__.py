"""The words of an adapter that is written in YAML, as models: what may be said, and what it means.

Every part is closed: a key or a word that is not known here is refused as the file is read. The
descriptions are published in a JSON Schema, so that editors show them while somebody types.
"""
