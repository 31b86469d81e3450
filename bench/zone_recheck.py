"""Measure `zone_recheck`: all certificates on the road looked at again because of a new zone.

Goal: 10 s for 100,000 travelling certificates of which 1 % are hit: looked for, suspended with
ground, journal, trail, leaf and change, everybody told. The short run has 10,000 (goal 1 s). What is
given is goal / time, so 1 is the goal and more is better; every round is a zone over another county.
Beside it (`notes`): the bare driver reading the same rows and doing the bare UPDATE of those hit,
and a zone that hits every one of them.
"""

from __future__ import annotations

import sqlite3
import tempfile
import uuid
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

NAME = "zone_recheck"
GOAL = 1.0
BETTER = "higher"
PAIRS = 7
SIZES = {False: 10_000, True: 100_000}
LIMIT = 10.0 / 100_000
"""Seconds for one certificate on the road."""
COUNTIES = 100
COPIED = ("hatcheries", "declarations", "loads", "issuances", "certificates")
state: dict[str, bool] = {"full": False}
seen: dict[str, list[float]] = {"ours": [], "bare": []}


class Prepared:
    """An installation with so many certificates on the road, from a hundred counties."""

    def __init__(self, count: int) -> None:
        from bench.register import _house
        from tests.make.certificates import issue_one
        from tests.make.surveillance import brought_in, event_of, luhe

        self.folder = tempfile.TemporaryDirectory()
        self.house = _house(Path(self.folder.name), "")
        self.count, self.round = count, 0
        issue_one(self.house)
        db = self.house.database
        brought_in(db, luhe(latitude="", longitude=""))
        self.event_id = event_of(db).id
        self.path = self.house.settings.db_url.removeprefix("sqlite:///")
        self.counties = self._fill()

    def _fill(self) -> list[str]:
        """Copy the one certificate with its papers, farm by farm; foreign keys are not asked."""
        line = sqlite3.connect(self.path)
        line.row_factory = sqlite3.Row
        line.execute("PRAGMA foreign_keys=OFF")
        one = {name: dict(line.execute(f"SELECT * FROM {name}").fetchone()) for name in COPIED}
        one["standings"] = dict(line.execute("SELECT * FROM certificate_standings").fetchone())
        codes = [
            row[0]
            for row in line.execute(
                "SELECT code FROM divisions WHERE until_on IS NULL AND code NOT LIKE '%00'"
                " AND (code LIKE '32____' OR code LIKE '33____') ORDER BY code"
            )
        ][:COUNTIES]
        for place, code in enumerate(codes):
            farm, paper = uuid.uuid4().hex, uuid.uuid4().hex
            hatchery = {**one["hatcheries"], "id": farm, "division_code": code}
            for name in hatchery:
                if name in {"uscc", "organisation_id", "phone_index"}:
                    hatchery[name] = uuid.uuid4().hex if name != "phone_index" else None
            _insert(line, "hatcheries", [hatchery])
            declaration = {
                **one["declarations"],
                "id": paper,
                "hatchery_id": farm,
                "origin_code": code,
                "state": "closed",
                "number": f"BENCH{place}",
            }
            _insert(line, "declarations", [declaration])
            self._certificates(line, one, paper, code, place)
        line.commit()
        line.close()
        return codes

    def _certificates(
        self, line: sqlite3.Connection, one: dict[str, Any], paper: str, code: str, place: int
    ) -> None:
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (*COPIED[2:], "standings")}
        each = self.count // COUNTIES
        for at in range(each):
            serial = 10_000 + place * each + at
            key, load = uuid.uuid4().hex, uuid.uuid4().hex
            own = {"id": key, "number": f"32{serial:08d}", "public_id": f"B{serial:010d}"}
            slot = {"status_list": 2026202, "status_index": serial, "load_id": load}
            rows["loads"].append(
                {**one["loads"], "id": load, "declaration_id": paper, "number": at + 1}
            )
            rows["issuances"].append({**one["issuances"], **own, **slot, "county": code})
            ends = {"origin_code": code, "county": code, "declaration_id": paper}
            rows["certificates"].append({**one["certificates"], **own, **slot, **ends})
            rows["standings"].append({**one["standings"], "id": key, "load_id": load})
        rows["certificate_standings"] = rows.pop("standings")
        for name, some in rows.items():
            _insert(line, name, some)

    def zone(self, codes: list[str]) -> Any:
        """Lay a zone over these counties; return its id."""
        from aquacert.kernel.scope import SYSTEM
        from aquacert.surveillance.commands import open_zone

        with self.house.database.work(SYSTEM) as w:
            until = w.today + timedelta(days=20)
            return open_zone(w, self.event_id, codes, w.today, until, "测量")

    def settle(self, zone_id: Any) -> tuple[float, int]:
        """Return (seconds, certificates held) of the re-check."""
        from aquacert.certificates.recalls.commands.zones import settle_zone

        begins = perf_counter()
        held = settle_zone(self.house.database, zone_id).held
        return perf_counter() - begins, held

    def bare(self, code: str) -> float:
        """Return the seconds of the bare driver: read what travels, update what one county has."""
        line = sqlite3.connect(self.path, isolation_level=None)
        line.execute("PRAGMA synchronous=FULL")
        begins = perf_counter()
        line.execute("BEGIN IMMEDIATE")
        found = line.execute(
            "SELECT c.id, d.hatchery_id, c.origin_code, c.destination_code, c.load_id"
            " FROM certificates c JOIN certificate_standings s ON s.id = c.id"
            " JOIN declarations d ON d.id = c.declaration_id"
            " WHERE s.status IN ('valid', 'suspended') AND s.arrived_at IS NULL"
            " AND c.valid_until >= '2026'"
        ).fetchall()
        hit = [(row[0],) for row in found if row[2] == code]
        line.executemany("UPDATE certificate_standings SET because = 'x' WHERE id = ?", hit)
        line.execute("ROLLBACK")
        line.close()
        return perf_counter() - begins


def _insert(line: sqlite3.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    marks = ", ".join("?" * len(names))
    columns = ", ".join(f'"{name}"' for name in names)
    line.executemany(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})",
        [tuple(row[name] for name in names) for row in rows],
    )


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the installation, made once."""
    return Prepared(SIZES[state["full"]])


def prepare(full: bool) -> None:
    """Fill the register; with `full` ten times as many."""
    state["full"] = full
    prepared()


def floor() -> float:
    """Return the goal; time the bare driver beside it."""
    here = prepared()
    seen["bare"].append(here.bare(here.counties[here.round]))
    return 1.0


def ours() -> float:
    """Return how often the goal is met: goal / seconds of one re-check with 1 % hit."""
    here = prepared()
    zone_id = here.zone([here.counties[here.round]])
    here.round += 1
    seconds, held = here.settle(zone_id)
    assert held >= here.count // COUNTIES, held
    seen["ours"].append(seconds)
    return LIMIT * here.count / seconds


def notes() -> list[str]:
    """Say the seconds themselves, the bare driver's, and of a zone over every county."""
    here = prepared()
    took, bare = median(seen["ours"]), median(seen["bare"])
    every, held = here.settle(here.zone(here.counties[here.round :]))
    return [
        f"{here.count:,} on the road, 1 % hit: {took:.2f} s (goal {LIMIT * here.count:g} s)",
        f"bare reading and UPDATE: {bare:.3f} s, so ours takes {took / bare:.1f} of it",
        f"a zone over all others, {held:,} hit: {every:.1f} s",
    ]


def close() -> None:
    """Take the house down."""
    prepared().house.database.close()
    prepared().folder.cleanup()
