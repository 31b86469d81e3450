"""Bringing a database to the schema of this version of the program, by numbered migrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from aquacert.kernel.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

NEWER = "这个数据目录是另一个（多半更新的）版本做的，本版本不认识。请换那个版本的程序，或恢复备份。"
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
    """Bring the database at `url` to `revision`, each migration in its own transaction.

    Raises `Unavailable` for a database of a version that this program does not know.
    """
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        command.upgrade(alembic_config(url), revision)
    except CommandError as error:
        if "Can't locate revision" not in str(error):
            raise
        raise Unavailable(NEWER, detail=str(error)) from None
