"""AquaCert."""
