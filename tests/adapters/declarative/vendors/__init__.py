"""The made-up vendors of the examples, each played by a server that was written by hand.

A fake that is made from a file shares what the file's writer has misread. These do not know it.
"""
