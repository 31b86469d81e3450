"""Counting without writing to the database: an append-only spool that a task folds in later.

The public page counts scans here. A count waits in memory for at most a second and is then appended
to a file of this process and this moment; a file is folded once its moment is past, so that nobody
takes a file away that somebody still writes. A crash may lose the last second, never a certificate.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

FLUSH_SECONDS = 1.0
PERIOD_SECONDS = 10
"""How long one file is written; it is finished when the period after it is over, too."""


class Tally:
    """Counters by kind and key; the keys have no spaces."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._files = threading.Lock()
        self._kept: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._timer: threading.Timer | None = None

    def count(self, kind: str, key: str, times: int = 1) -> None:
        """Add `times` to `key`. Never raises: counting must not stop a page."""
        with self._lock:
            self._kept[kind][key] += times
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Append what is in memory to the spool; what cannot be written stays in memory."""
        with self._lock:
            kept, self._kept, self._timer = self._kept, defaultdict(Counter), None
        for kind, counts in kept.items():
            try:
                self._append(kind, counts)
            except OSError:
                with self._lock:
                    self._kept[kind].update(counts)

    def fold(self, kind: str) -> Counter[str]:
        """Take away and return what this process counted and every finished spool of `kind`."""
        with self._lock:
            total = self._kept.pop(kind, Counter[str]())
        with self._files:
            for path in sorted(self.folder.glob(f"{kind}.*.spool")):
                if _is_finished(path):
                    total.update(_take(path))
        return total

    def give_back(self, kind: str, counts: Mapping[str, int]) -> None:
        """Count again what was folded and could not be kept."""
        for key, times in counts.items():
            self.count(kind, key, times)

    def _append(self, kind: str, counts: Counter[str]) -> None:
        lines = "".join(f"{key} {times}\n" for key, times in counts.items())
        with self._files:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{kind}.{os.getpid()}.{_period()}.spool"
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                os.write(handle, lines.encode())
            finally:
                os.close(handle)


def _period() -> int:
    """Return the number of the present period: the same for every process of this machine."""
    return int(time.monotonic()) // PERIOD_SECONDS


def _is_finished(path: Path) -> bool:
    """Tell whether nobody writes to `path` any more.

    That is so for this process's own (the lock is held), for a process that ended, and in time.
    """
    _, pid, period, _ = path.name.split(".")
    return pid == str(os.getpid()) or abs(_period() - int(period)) > 1 or not _lives(int(pid))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _take(path: Path) -> Counter[str]:
    """Return the counts of a file and remove it; nothing when another process was faster."""
    taken = path.with_suffix(f".{os.getpid()}.taken")
    counts: Counter[str] = Counter()
    try:
        path.replace(taken)
    except OSError:
        return counts
    for line in taken.read_text(encoding="utf-8").splitlines():
        key, _, times = line.partition(" ")
        counts[key] += int(times) if times.isdigit() else 0
    taken.unlink(missing_ok=True)
    return counts
