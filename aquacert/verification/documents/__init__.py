"""Facts in, bytes out: the public pages."""
