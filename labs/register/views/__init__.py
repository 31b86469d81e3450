"""Doors of the register: designated laboratories, what each may test, holds and owes."""

from labs.register.views import designation, holdings, laboratory, standing
from labs.register.views.blueprint import bp

__all__ = ["bp", "designation", "holdings", "laboratory", "standing"]
