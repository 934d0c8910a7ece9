"""What is known of a network before anything is trained."""
