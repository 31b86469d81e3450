"""The review's blueprint."""

from flask import Blueprint

bp = Blueprint("labs_review", __name__, url_prefix="/labs/review")
