"""The public, append-only log in which every issued certificate can be found."""
