"""A data directory of a version that this program does not know is refused in words."""

from __future__ import annotations

import sqlite3

import pytest

from aquacert.kernel.errors import Unavailable
from aquacert.kernel.schema import upgrade


def test_a_database_of_an_unknown_version_is_refused_in_words(tmp_path):
    path = tmp_path / "aquacert.db"
    with sqlite3.connect(path) as line:
        line.execute("CREATE TABLE alembic_version (version_num TEXT NOT NULL)")
        line.execute("INSERT INTO alembic_version VALUES ('9999_of_tomorrow')")
    line.close()
    with pytest.raises(Unavailable, match="本版本不认识"):
        upgrade(f"sqlite:///{path}")
