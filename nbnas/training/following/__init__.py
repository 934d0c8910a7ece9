"""Recipes that follow the settings of what they train."""
