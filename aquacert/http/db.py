"""Flask-SQLAlchemy and Flask-Migrate bound to the kernel's own Base, for migrations and tools.

Rooms read and write through `Look` and `Work` only; this binding exists so that `flask db` and
Flask-SQLAlchemy's paging work on the same schema.
"""

from __future__ import annotations

import os

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from aquacert.kernel.schema import MIGRATIONS


def bind(app: Flask, url: str) -> SQLAlchemy:
    """Bind Flask-SQLAlchemy to the database at `url`, and under `flask` Flask-Migrate to our migrations."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    bound = SQLAlchemy()
    bound.init_app(app)
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        from flask_migrate import Migrate  # 6 MB that no worker needs

        Migrate(app, bound, directory=str(MIGRATIONS))
    return bound
