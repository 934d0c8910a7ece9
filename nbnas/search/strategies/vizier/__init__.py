"""Google Vizier as a strategy."""
