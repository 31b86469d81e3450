"""Flask-SQLAlchemy and Flask-Migrate bound to the kernel's own Base, for migrations and tools.

Rooms read and write through `Look` and `Work` only; this binding exists so that `flask db` and
Flask-SQLAlchemy's paging work on the same schema.
"""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from aquacert.kernel.schema import MIGRATIONS


def bind(app: Flask, url: str) -> SQLAlchemy:
    """Bind Flask-SQLAlchemy to the database at `url` and Flask-Migrate to our migrations."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    bound = SQLAlchemy()
    bound.init_app(app)
    Migrate(app, bound, directory=str(MIGRATIONS))
    return bound
