"""One module a vendor's page: all that it tells, asked of the gateway."""
