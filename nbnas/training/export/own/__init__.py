"""Networks of a user's own making: their functions as a text."""
