"""Counting without writing to the database: an append-only spool that a task folds in later.

The public page counts scans here; it may lose the last seconds on a crash, never a certificate.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path


class Tally:
    """One spool file per process and kind; lines are keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}

    def count(self, kind: str, key: str) -> None:
        """Add one to `key`. Never raises: counting must not stop a page."""
        try:
            os.write(self._handle(kind), f"{key}\n".encode())
        except OSError:
            return

    def fold(self, kind: str) -> Counter[str]:
        """Take every finished spool of `kind` away and return its counts."""
        total: Counter[str] = Counter()
        with self._lock:
            handle = self._open.pop(kind, None)
            if handle is not None:
                os.close(handle)
        for path in sorted(self.folder.glob(f"{kind}.*.spool")):
            taken = path.with_suffix(f".{os.getpid()}.taken")
            try:
                path.replace(taken)
            except OSError:
                continue
            total.update(taken.read_text(encoding="utf-8").split())
            taken.unlink(missing_ok=True)
        return total

    def _handle(self, kind: str) -> int:
        handle = self._open.get(kind)
        if handle is None:
            with self._lock:
                self.folder.mkdir(parents=True, exist_ok=True)
                path = self.folder / f"{kind}.{os.getpid()}.spool"
                handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
                self._open[kind] = handle
        return handle
