"""The register's blueprint."""

from flask import Blueprint

bp = Blueprint("labs_register", __name__, url_prefix="/labs/register")
