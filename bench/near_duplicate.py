"""Measure `near_duplicate`: finding what one photograph resembles among many stored hashes (≤ 50 ms).

Short: 20,000 stored hashes of whole pictures and as many of points; FULL=1: 1,000,000 of each.
The stored ones are made by chance, but for one real picture among them, which must be found from a
smaller writing of it, mirrored, and from a part. What is timed is the query of the application,
`queries.prints.candidates`, for a photograph that is in nobody's store and for those three; making
the prints (`notes`) and laying the few candidates over the photograph come on top. The ratio is the
slowest of the four over 50 ms, as the median of its repeats.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

NAME = "near_duplicate"
GOAL = 1.0
BETTER = "lower"
PAIRS = 7
SIZES = {False: 20_000, True: 1_000_000}
LIMIT = 0.050
"""Seconds."""
REPEATS = 5
CHUNK = 200_000
state: dict[str, Any] = {}


def prepare(full: bool) -> None:
    """Store the hashes, and one real picture among them."""
    from PIL import ImageOps

    from aquacert.inspections.parsers import read_picture
    from bench.register import _house
    from tests.make.photographs import jpeg, photograph

    state["folder"] = tempfile.TemporaryDirectory()
    state["count"] = SIZES[full]
    state["house"] = house = _house(Path(state["folder"].name), "")
    shot = photograph(1)
    state["number"] = _keep(house.database, read_picture(jpeg(shot)))
    _fill(house.database, SIZES[full])
    begins = perf_counter()
    state["asked"] = {
        "new": read_picture(jpeg(photograph(8))).prints,
        "smaller": read_picture(jpeg(shot.resize((300, 300)), 70)).prints,
        "mirrored": read_picture(jpeg(ImageOps.mirror(shot))).prints,
        "part": read_picture(jpeg(shot.crop((40, 70, 450, 480)).resize((640, 640)))).prints,
    }
    state["making"] = (perf_counter() - begins) / 4


def _keep(database: Any, picture: Any) -> int:
    """Store a picture's prints as the application does; return their number."""
    from aquacert.inspections.commands.prints import LOW_62, keep_prints
    from aquacert.kernel.audit import Fact
    from aquacert.kernel.files import StoredFile
    from aquacert.kernel.scope import SYSTEM

    with database.work(SYSTEM) as w:
        file = StoredFile(
            id=w.new_id(),
            sha256=database.files.put(picture.jpeg),
            size=len(picture.jpeg),
            media_type="image/jpeg",
            name="a.jpg",
            owner_kind="none",
            owner_id=w.new_id(),
            made_at=w.now,
        )
        w.add(file)
        keep_prints(w, file, picture.prints)
        w.record(Fact(), on=file)
        return file.id.int & LOW_62


def _fill(database: Any, count: int) -> None:
    """Store `count` whole hashes and `count` points that chance made, in order of their keys."""
    import numpy as np

    from aquacert.inspections.parsers.likeness import KEPT_POINTS, bands, whole_bands

    draws = np.random.default_rng(20260512)
    wholes = draws.integers(0, 1 << 63, count, dtype=np.uint64) << np.uint64(1)
    signs = draws.integers(0, 1 << 44, count, dtype=np.uint64)
    numbers = np.arange(1, count + 1)
    rows = [(key, n) for n, whole in enumerate(wholes.tolist(), 1) for key in whole_bands(whole)]
    rows += [
        (key, 1 + place // KEPT_POINTS)
        for place, one in enumerate(signs.tolist())
        for key in bands(one)
    ]
    rows = sorted(set(rows))
    # A connection of its own does not ask for the files that these rows name.
    with closing(sqlite3.connect(database.engine.url.database)) as raw, raw:
        for start in range(0, len(rows), CHUNK):
            raw.executemany("INSERT INTO photo_keys VALUES (?, ?)", rows[start : start + CHUNK])
        raw.executemany(
            "INSERT INTO photo_prints (id, number, file_id, whole, points, made_at)"
            " VALUES (?, ?, ?, ?, x'', '2026-05-09')",
            (
                (f"{n:032x}", n, f"{n:032x}", whole - (1 << 64) if whole >> 63 else whole)
                for n, whole in zip(numbers.tolist(), wholes.tolist(), strict=True)
            ),
        )


def floor() -> float:
    """Return the rate that the goal asks for: one look-up in 50 ms."""
    return 1 / LIMIT


def ours() -> float:
    """Return look-ups a second, by the slowest of the four photographs."""
    return 1 / max(_seconds(name) for name in state["asked"])


def _seconds(name: str) -> float:
    from aquacert.inspections.queries.prints import candidates
    from aquacert.kernel.scope import SYSTEM

    times = []
    for _ in range(REPEATS):
        with state["house"].database.look(SYSTEM) as look:
            begins = perf_counter()
            found = candidates(look, state["asked"][name])
            times.append(perf_counter() - begins)
        if name != "new":
            assert state["number"] in found, name
    return median(times)


def notes() -> Iterator[str]:
    """Say the sizes and the milliseconds of each."""
    yield f"{state['count']:,} whole hashes and {state['count']:,} points stored"
    yield ", ".join(f"{name} {_seconds(name) * 1000:.1f} ms" for name in state["asked"])
    yield f"reading a photograph of 512 × 512 and making its prints: {state['making'] * 1000:.0f} ms"


def close() -> None:
    """Take the store away."""
    state["house"].database.close()
    state["folder"].cleanup()
    state.clear()
