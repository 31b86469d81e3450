"""Measure `feed_reimport`: the very same file imported again, against its first import (goal ≥ 3).

Ours imports the bytes a second time: nothing may be created or updated. The floor is the first
import. The note says what the long way takes: another file of the feed came between, so that every
row is read and compared again.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from bench import feed_import

NAME = "feed_reimport"
GOAL = 3.0
BETTER = "higher"
PAIRS = 7
seen: dict[str, list[float]] = {"first": [], "again": [], "long": []}


def prepare(full: bool) -> None:
    """Make the installation and the file."""
    del full
    feed_import.prepared()


def floor() -> float:
    """Return the rows per second of a first import."""
    here = feed_import.prepared()
    with here.copy() as home:
        seconds, rows = feed_import.imported(home, here.file)
    seen["first"].append(seconds)
    return rows / seconds


def ours() -> float:
    """Return the rows per second of the import again, after an import that is not timed."""
    from aquacert.kernel.scope import SYSTEM
    from aquacert.surveillance.commands.feeds import ImportAsked, import_feed

    here = feed_import.prepared()
    with here.copy() as home:
        other = feed_import.write_file(Path(home) / "other.csv", 1)
        with feed_import.opened(home) as db:
            ask = ImportAsked("", "empresi", "empres.csv")
            import_feed(db, SYSTEM, here.file, ask)
            begins = perf_counter()
            counts = import_feed(db, SYSTEM, here.file, ask)
            seconds = perf_counter() - begins
            assert not counts.changes, counts
            import_feed(db, SYSTEM, other, ask)
            begins = perf_counter()
            long = import_feed(db, SYSTEM, here.file, ask)
            seen["long"].append(perf_counter() - begins)
            assert long.created == 0, long
    seen["again"].append(seconds)
    return here.rows / seconds


def notes() -> list[str]:
    """Say the seconds."""
    middle = {name: sorted(found)[len(found) // 2] for name, found in seen.items()}
    short = f"first {middle['first']:.2f} s, again {middle['again']:.4f} s"
    return [f"{short}, row by row after another file {middle['long']:.2f} s"]


def close() -> None:
    """Take the files away."""
    feed_import.close()
