"""Draft the next numbered migration from the difference between the models and the head.

Usage: make migrate M="split hatchery address". What it writes is a draft: read it, add triggers
and views by hand, and say in its docstring why the schema moves.
"""

import importlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from aquacert.kernel.schema import alembic_config, upgrade

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"


def load_models() -> None:
    """Import the program whole, so that every room's tables are known."""
    importlib.import_module("aquacert.app")


def draft(config: Config, title: str, number: int) -> str:
    """Write the draft and return its revision name."""
    words = "_".join(re.findall(r"[a-z0-9]+", title.lower()))
    revision = f"{number:04d}_{words}"
    config.set_main_option("file_template", "%%(rev)s")
    command.revision(config, message=title, autogenerate=True, rev_id=revision)
    (VERSIONS / ".current-head").write_text(f"{revision}\n")
    return revision


def main(title: str) -> None:
    """Bring an empty SQLite file to the head, compare it with the models, write what differs."""
    if not title:
        sys.exit('migrate: say what the migration does: make migrate M="split hatchery address"')
    load_models()
    number = len(list(VERSIONS.glob("*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/head.db"
        upgrade(url)
        revision = draft(alembic_config(url), title, number)
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", VERSIONS], check=False)
    print(f"migrate: wrote migrations/versions/{revision}.py; read it before you commit it")


if __name__ == "__main__":
    main(sys.argv[1])
