"""What a person asks in the lab: what if."""
