"""The blueprint that all doors of intake hang on."""

from flask import Blueprint

bp = Blueprint("labs", __name__, url_prefix="/labs")
