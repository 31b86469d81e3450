"""Doors of the certificates: ready loads, signing, certificates, numbers."""

from aquacert.certificates.views import numbers, show, sign
from aquacert.certificates.views.blueprint import bp

__all__ = ["bp", "numbers", "show", "sign"]
