"""Language models as files: what differs from networks for pictures."""
