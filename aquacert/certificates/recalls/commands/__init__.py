"""Recalls: two persons decide, the worker carries out."""

from aquacert.certificates.recalls.commands.advance import advance
from aquacert.certificates.recalls.commands.order import confirm, give_order, reject

__all__ = ["advance", "confirm", "give_order", "reject"]
