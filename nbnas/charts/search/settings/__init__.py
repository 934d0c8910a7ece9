"""What is known of settings."""
