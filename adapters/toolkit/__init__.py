"""What adapters share: reading records, times, durations, replies, paging and credentials."""
