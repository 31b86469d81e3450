"""Whether a certificate still stands: void, replaced, suspended, recalled, and the signed status list."""
