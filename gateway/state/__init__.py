"""What outlives the process, in files under one folder that its workers share."""
