"""The bench's blueprint."""

from flask import Blueprint

bp = Blueprint("labs_bench", __name__, url_prefix="/labs/bench")
