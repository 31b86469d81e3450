"""Doors of the certificates: ready loads, signing, certificates, numbers."""

from aquacert.certificates.views import checks, numbers, show, sign, switches
from aquacert.certificates.views.blueprint import bp

__all__ = ["bp", "checks", "numbers", "prepare", "show", "sign", "switches"]

prepare = switches.furnish
"""app.py calls it once, with the application."""
