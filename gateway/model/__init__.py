"""What a session and a query are."""
