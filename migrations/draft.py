"""Print the create_table code of some modules' tables, to be pasted into a numbered migration.

Usage: python migrations/draft.py aquacert.hatcheries.models [more modules …]
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine

from aquacert.kernel import work as _kernel_tables
from aquacert.kernel.db import Base


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types by their name in `kernel_db`."""
    if kind == "type" and type(item).__module__ == "aquacert.kernel.db":
        return f"kernel_db.{type(item).__name__}()"
    return False


def load_every_table() -> None:
    """Import every room's models, so that foreign keys by name find their tables."""
    for package in ("aquacert", "labs"):
        for path in sorted(Path(package).rglob("models*")):
            name = ".".join(path.with_suffix("").parts)
            if path.suffix in {"", ".py"} and "__pycache__" not in name:
                importlib.import_module(name)


def main(modules: list[str]) -> None:
    """Print the operations that make every table these modules define."""
    load_every_table()
    wanted: set[str] = set()
    for name in modules:
        importlib.import_module(name)
    for mapper in Base.registry.mappers:
        if any(mapper.class_.__module__.startswith(name) for name in modules):
            wanted.add(mapper.local_table.name)
    chosen = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(chosen)
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": chosen})
        script = produce_migrations(context, chosen)
        kept = [op for op in script.upgrade_ops.ops if getattr(op, "table_name", "") in wanted]
        script.upgrade_ops.ops = kept
        sys.stdout.write(render_python_code(script.upgrade_ops, render_item=render_item))


if __name__ == "__main__":
    main(sys.argv[1:])
