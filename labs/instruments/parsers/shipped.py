"""The profiles that come with the product: rows of seed_data/instruments/profiles.csv."""

import csv
from functools import cache
from itertools import groupby
from pathlib import Path

from labs.instruments.rules.profiles import Profile, ProfileRow, profile_of

ROWS = Path(__file__).parents[3] / "seed_data" / "instruments" / "profiles.csv"


@cache
def shipped() -> tuple[Profile, ...]:
    """Return every shipped profile in the order it is tried in."""
    with ROWS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return tuple(
        profile_of(
            code,
            int(version),
            [ProfileRow(r["kind"], r["key"], int(r["rank"]), r["value"]) for r in some],
        )
        for (code, version), some in groupby(rows, key=lambda r: (r["profile"], r["version"]))
    )
