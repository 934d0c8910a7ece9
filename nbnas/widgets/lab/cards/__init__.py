"""Cards that only some searches have: of looks, of goals, of settings."""
