"""Search spaces: what an architecture may be, how one is drawn and changed."""
