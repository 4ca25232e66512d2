"""Ekran System, now Syteca: monitored log-ins, asked for by a window of time.

Sources, all of the Ekran System documentation: "4.1.3. Sessions (Post) Endpoint", whose table of
answer fields is empty; "4.1.2. Sessions (Get) Endpoint", which names five of them; "4.1.9.
Endpoint Access Control Access Requests (Get) Endpoint" for the key; "Monitoring Windows Clients"
for the longest session. No exchange with a server is known, so names are read with tolerance.
"""

from adapters.ekran.adapter import EkranAdapter
from adapters.ekran.options import EkranOptions

__all__ = ["EkranAdapter", "EkranOptions"]
