"""Digital Samba: a REST list that is paged after the last id.

Sources: "List" (of sessions), "Pagination" and "Authenticate to the API" of the Digital Samba REST
API documentation, the vendor's OpenAPI document of January 2026, and for what the documents leave
open the "API Error Reference" of the vendor's own guide for assistants. They print different forms
of the same records: all are read.
"""

from adapters.digital_samba.adapter import DigitalSambaAdapter
from adapters.digital_samba.options import DigitalSambaOptions

__all__ = ["DigitalSambaAdapter", "DigitalSambaOptions"]
