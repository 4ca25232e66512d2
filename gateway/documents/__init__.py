"""Files that people write: read strictly, checked as a whole, every problem with its place."""
