"""What the gateway takes and keeps up while vendors do it harm."""
