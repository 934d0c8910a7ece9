"""Settings that a notebook searches together with the architecture."""
