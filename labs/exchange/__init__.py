"""Doors for a laboratory's own system: work out, signed results in."""
