"""The objective, the strategies, the search itself and its store."""
