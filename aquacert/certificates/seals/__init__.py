"""Electronic seals: made or imported, held by a body, put on what it issues."""
