"""The one blueprint of the room's JSON doors."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("surveillance_api", __name__, url_prefix="/api/v1/surveillance")
