"""A fake vendor made from a file: it answers as the file says that the vendor does.

It shares no code with the adapter that it tries, but for the words of the language. It is no kinder
than a vendor: whatever the file does not speak of, in a request, is answered with an error.
"""
