"""NAS-Bench-NLP's recurrent cells."""
