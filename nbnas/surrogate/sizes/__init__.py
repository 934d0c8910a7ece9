"""What follows from how large an architecture is: its parameters, and how long it trains."""
