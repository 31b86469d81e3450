"""The blueprints of the inspections and what their pages share."""

from __future__ import annotations

from flask import Blueprint

from aquacert.kernel.permissions import P

bp = Blueprint("inspections", __name__, url_prefix="/inspections")
field = Blueprint("field", __name__, url_prefix="/field")
"""Everything the installed app at the pond asks for: its shell, its day, its queue, its files."""
INSPECT = P.INSPECTION_INSPECT
