"""What was found, as files that need nbnas no more."""
