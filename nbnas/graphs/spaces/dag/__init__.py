"""NAS-Bench-101's space: small directed acyclic graphs."""
