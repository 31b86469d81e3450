"""Review by a second person: signed, whole or not at all, never one's own work."""
