"""What several replicas share in one Redis or Valkey, which none of them needs to answer."""
