"""Reads behind the public pages: one certificate judged, the cache of pages, the trust documents."""
