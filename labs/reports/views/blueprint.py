"""The blueprints of the reports."""

from flask import Blueprint

bp = Blueprint("labs_reports", __name__, url_prefix="/labs/reports")
public = Blueprint("labs_public", __name__, url_prefix="/r")
"""Open to everybody who holds a report's address."""
