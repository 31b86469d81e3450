"""Bringing a database to the schema of this version of the program, by numbered migrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def alembic_config(url: str) -> Config:
    """Return the configuration under which Alembic works on the database at `url`."""
    from alembic.config import Config  # only who upgrades needs it in memory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def head() -> str:
    """Return the revision that this version of the program works with."""
    return (MIGRATIONS / "versions" / ".current-head").read_text(encoding="utf-8").strip()


def standing(session: Session) -> str:
    """Return the sentence that tells why a database does not fit the program, "" when it does.

    Raises `SQLAlchemyError` when there is no database, or none of ours.
    """
    found = session.scalar(text("SELECT version_num FROM alembic_version"))
    if found == head():
        return ""
    return "数据库的版本与程序不一致，请先运行 aquacert init（升级前先备份）。"


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`, each migration in its own transaction."""
    from alembic import command

    command.upgrade(alembic_config(url), revision)
