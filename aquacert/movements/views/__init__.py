"""Doors of movements: the office's list and records, the consignee's report, the checkpoint."""

from aquacert.movements.views import arriving, checking, desk
from aquacert.movements.views.blueprint import bp, prepare

__all__ = ["arriving", "bp", "checking", "desk", "prepare"]
