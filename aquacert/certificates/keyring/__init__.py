"""The signing keys of offices as an operator keeps them: made, replaced, taken back, and on record."""
