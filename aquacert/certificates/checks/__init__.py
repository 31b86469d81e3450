"""Everything issued is checked again: every lint, every table that must agree, every night."""
