"""Measure `status_list`: a list of 10^6 entries, as a share of its goals (worst of three, ≤ 1).

Sizes are of the zlib stream, signature and header apart: 1 % of the entries invalid ≤ 15,000 bytes;
the same 1 % as 80/15/5 % invalid, replaced, suspended ≤ 17,000 bytes. Time is of a whole
publication ≤ 1 s: build, pack, sign as CWT and as JWT, compare with the version before, and store
on SQLite with its audit entry. Every round marks other entries, drawn at random.
"""

from __future__ import annotations

import random
import tempfile
from functools import lru_cache
from pathlib import Path
from time import perf_counter

NAME = "status_list"
GOAL = 1.0
BETTER = "lower"
PAIRS = 7
ENTRIES = 1_000_000
CHANGED = ENTRIES // 100
INVALID_BYTES, MIXED_BYTES, SECONDS = 15_000, 17_000, 1.0
URI = "https://cert.example/trust/status/2026201"
seen: dict[str, list[float]] = {"invalid": [], "mixed": [], "seconds": []}
draws = random.Random(20260511)


class Prepared:
    """A house of its own, with its key of status lists."""

    def __init__(self) -> None:
        from aquacert.app import open_house
        from aquacert.kernel.schema import upgrade
        from aquacert.kernel.settings import Settings
        from aquacert.trust.keys import Owner, Use

        self.folder = tempfile.TemporaryDirectory()
        settings = Settings(data_dir=Path(self.folder.name), public_url="https://cert.example")
        upgrade(settings.db_url)
        self.house = open_house(settings)
        now = self.house.database.clock.now()
        owner = Owner("province:320000", "320000", "状态清单")
        self.signer = self.house.keys.load(self.house.keys.ensure(Use.STATUS, owner, now=now))
        self.number = 0


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the house, made once."""
    return Prepared()


def prepare(full: bool) -> None:
    """Make the house; the size is the same in both runs."""
    del full
    prepared()


def floor() -> float:
    """Return the goal."""
    return 1.0


def ours() -> float:
    """Return how often the goals are met: goal / found, of the worst of the three."""
    invalid = size_of((1.0, 0.0))
    begins = perf_counter()
    mixed = publish((0.80, 0.15))
    seconds = perf_counter() - begins
    for name, value in (("invalid", invalid), ("mixed", mixed), ("seconds", seconds)):
        seen[name].append(value)
    return min(INVALID_BYTES / invalid, MIXED_BYTES / mixed, SECONDS / seconds)


def changed(shares: tuple[float, float]):
    """Return 1 % of the entries with a state: shares of invalid and replaced, rest suspended."""
    from aquacert.trust.statusbits import Status

    invalid, replaced = (int(share * CHANGED) for share in shares)
    picked = draws.sample(range(ENTRIES), CHANGED)
    states = [Status.INVALID] * invalid + [Status.REPLACED] * replaced
    states += [Status.SUSPENDED] * (CHANGED - len(states))
    return dict(zip(picked, states, strict=True))


def size_of(shares: tuple[float, float]) -> int:
    """Return the bytes of the packed list."""
    from aquacert.trust.statuslist import build

    return len(build(changed(shares), ENTRIES).pack())


def publish(shares: tuple[float, float]) -> int:
    """Publish a list and then a second version of it; return the packed bytes of one."""
    from aquacert.certificates.status import lists
    from aquacert.kernel.scope import SYSTEM
    from aquacert.trust import statuslist

    here = prepared()
    here.number += 1
    database = here.house.database
    marked = changed(shares)
    statuses = statuslist.build(marked, ENTRIES)
    now = database.clock.now()
    token = statuslist.sign_list(statuses, URI, here.signer, now)
    jwt = statuslist.sign_jwt(statuses, URI, here.signer, now)
    signed = lists.Signed(statuses, token, jwt, marked, {})
    for _ in range(2):
        with database.work(SYSTEM) as w:
            lists._store(w, here.number, signed, None)
    return len(statuses.pack())


def notes() -> list[str]:
    """Say the three figures themselves: medians."""
    found = {name: sorted(values)[len(values) // 2] for name, values in seen.items()}
    return [
        f"1 % invalid {found['invalid']:.0f} B (goal {INVALID_BYTES})",
        f"1 % as 80/15/5 {found['mixed']:.0f} B (goal {MIXED_BYTES})",
        f"build, sign twice, store twice {found['seconds']:.3f} s (goal {SECONDS:g})",
    ]


def close() -> None:
    """Take the house down."""
    prepared().house.database.close()
    prepared().folder.cleanup()
