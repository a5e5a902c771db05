"""What was seen, and who is told."""
