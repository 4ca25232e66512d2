"""What is counted since the process began: plain numbers, read by whoever watches."""
