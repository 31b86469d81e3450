"""Print the create_table code of some modules' tables, to be pasted into a numbered migration.

Usage: python migrations/draft.py aquacert.hatcheries.models [more modules …]
"""

from __future__ import annotations

import importlib
import sys

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine

from aquacert.kernel.db import Base


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types by their name in `kernel_db`."""
    if kind == "type" and type(item).__module__ == "aquacert.kernel.db":
        return f"kernel_db.{type(item).__name__}()"
    return False


def main(modules: list[str]) -> None:
    """Print the operations that make every table these modules define."""
    wanted: set[str] = set()
    for name in modules:
        importlib.import_module(name)
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__ in modules:
            wanted.add(mapper.local_table.name)
    everything = Base.metadata
    chosen = MetaData(naming_convention=everything.naming_convention)
    for table in everything.sorted_tables:
        table.to_metadata(chosen)
    options = {
        "include_object": lambda item, name, kind, *_: kind != "table" or name in wanted,
        "render_item": render_item,
    }
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": chosen})
        script = produce_migrations(context, chosen)
        keep = [
            op
            for op in script.upgrade_ops.ops
            if getattr(op, "table_name", None) in wanted
        ]
        script.upgrade_ops.ops = keep
        print(render_python_code(script.upgrade_ops, render_item=render_item))
    del options


if __name__ == "__main__":
    main(sys.argv[1:])
