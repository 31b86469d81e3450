"""The blueprint of the inspections and what its pages share."""

from __future__ import annotations

from flask import Blueprint

from aquacert.kernel.permissions import P

bp = Blueprint("inspections", __name__, url_prefix="/inspections")
INSPECT = P.INSPECTION_INSPECT
