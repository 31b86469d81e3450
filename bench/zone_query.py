"""Measure `zone_query`: what zones do to one declaration, among many zones as against few (≤ 1.5).

Few: 100 zones of 1,000 events, many: 1,000 of 10,000; with FULL=1 100 of 1,000 and 10,000 of
100,000. Each zone has a list of one county and two circles with their cells of the grid; they lie
anywhere in China. Asked are the queries of every submission, acceptance and signature: three places
with coordinates, two species, what bars them and what wants a fresh negative. Three zones hold the
places in both sizes, so that both give the same answer. At the large sizes one declaration must
take no more than 20 ms (`notes`), or the measure is short.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

NAME = "zone_query"
GOAL = 1.5
BETTER = "lower"
PAIRS = 9
SIZES = {False: ((1_000, 100), (10_000, 1_000)), True: ((1_000, 100), (100_000, 10_000))}
CHUNK = 5_000
ASKED = 20
"""Declarations asked about in one run."""
MOST_MS = 20.0
PLACES = (("320116", 32.34, 118.84), ("320111", 32.10, 118.62), ("370212", 36.15, 120.50))
NEAR = 0.25
"""Degrees: no other zone holds what is asked about, many lie in the same cells."""
state: dict[str, bool] = {"full": False}


class Prepared:
    """An installation with so many events and zones."""

    def __init__(self, events: int, zones: int) -> None:
        from bench.register import _house

        self.folder = tempfile.TemporaryDirectory()
        self.house = _house(Path(self.folder.name), "")
        self.draws = random.Random(20260512)
        with self.house.database.engine.begin() as line:
            from sqlalchemy import text

            codes = line.execute(text("SELECT code FROM divisions WHERE level = 'county'"))
            self.counties = sorted(codes.scalars())
            for start in range(0, events, CHUNK):
                self._fill(line, start, min(start + CHUNK, events), zones)
            line.exec_driver_sql("ANALYZE")

    def _fill(self, line: Any, start: int, end: int, zones: int) -> None:
        from sqlalchemy import insert

        from aquacert.surveillance.models import (
            Event,
            Zone,
            ZoneCell,
            ZoneDivision,
            ZoneShape,
            ZoneVersion,
        )

        tables = (Event, Zone, ZoneDivision, ZoneVersion, ZoneShape, ZoneCell)
        rows: dict[type, list[dict[str, Any]]] = {table: [] for table in tables}
        for number in range(start, end):
            for table, more in self._rows(number, with_zone=number < zones):
                rows[table].append(more)
        for table in tables:
            if rows[table]:
                line.execute(insert(table), rows[table])

    def _rows(self, number: int, *, with_zone: bool) -> Iterator[tuple[type, dict[str, Any]]]:
        """Yield the rows of one event, and of its zone: two circles, found by their cells."""
        from datetime import timedelta

        from aquacert.kernel.ids import new_id
        from aquacert.surveillance.models import (
            Event,
            Zone,
            ZoneCell,
            ZoneDivision,
            ZoneShape,
            ZoneVersion,
        )
        from aquacert.surveillance.parsers.zonedefaults import default_shapes
        from aquacert.surveillance.rules.shapes import cells_of

        now = self.house.database.clock.now()
        code, lat, lon = self._place(number)
        event, zone, version = new_id(now), new_id(now), new_id(now)
        day = now.date()
        yield Event, _event(event, number, now, day, code=code, at=(lat, lon), is_sure=with_zone)
        if not with_zone:
            return
        days = {"from_on": day - timedelta(days=9), "until_on": day + timedelta(days=30)}
        yield Zone, _zone(zone, event, now, days)
        yield ZoneDivision, {"id": new_id(now), "zone_id": zone, "division_code": code}
        yield ZoneVersion, _version(version, zone, now, days)
        for shape in default_shapes("WSD", lat, lon):
            part = new_id(now)
            yield (
                ZoneShape,
                {
                    "id": part,
                    "zone_id": zone,
                    "version_id": version,
                    "name": "",
                    "flow": "",
                    "tier": shape.tier,
                    "kind": shape.kind,
                    "geometry": shape.geometry,
                    "metres": shape.metres,
                    "datum": "wgs84",
                    "west": lon,
                    "south": lat,
                    "east": lon,
                    "north": lat,
                },
            )
            for cell in cells_of(shape):
                yield ZoneCell, {"cell": cell, "shape_id": part, "zone_id": zone}

    def _place(self, number: int) -> tuple[str, float, float]:
        """Return county, latitude, longitude: the first three zones hold what is asked about."""
        if number < len(PLACES):
            return PLACES[number]
        draws = self.draws
        while True:
            code = draws.choice(self.counties)
            lat, lon = draws.uniform(20, 50), draws.uniform(76, 132)
            if all(abs(lat - a) + abs(lon - b) > NEAR for _code, a, b in PLACES):
                return code, lat, lon

    def ask(self) -> int:
        """Ask about one declaration after another; return how many zones answered."""
        from aquacert.kernel.scope import SYSTEM
        from aquacert.surveillance import queries
        from aquacert.surveillance.rules.zones import Place, Role

        roles = (Role.ORIGIN, Role.ROUTE, Role.DESTINATION)
        places = [
            Place(code, role, lat, lon)
            for role, (code, lat, lon) in zip(roles, PLACES, strict=True)
        ]
        found = 0
        for _ in range(ASKED):
            with self.house.database.look(SYSTEM) as look:
                asked = {"species_codes": {"PNV", "MBS"}, "places": places, "on": look.today}
                found += len(queries.blocks(look, **asked))
                found += len(queries.tests_wanted(look, **asked))
        return found


def _event(
    event: Any,
    number: int,
    now: Any,
    day: Any,
    *,
    code: str,
    at: tuple[float, float],
    is_sure: bool,
) -> dict[str, Any]:
    return {
        "id": event,
        "source": "bench",
        "source_key": str(number),
        "content_hash": "0" * 64,
        "content": {},
        "disease_written": "White spot disease",
        "disease_code": "WSD",
        "realm": "aquatic",
        "status": "confirmed" if is_sure else "suspected",
        "is_confirmed": is_sure,
        "is_domestic": True,
        "country": "China",
        "place": "bench",
        "division_code": code,
        "latitude": at[0],
        "longitude": at[1],
        "observed_on": day,
        "reported_on": day,
        "words": "",
        "created_at": now,
        "changed_at": now,
    }


def _zone(zone: Any, event: Any, now: Any, days: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": zone,
        "event_id": event,
        "disease_code": "WSD",
        "reason": "bench",
        **days,
        "is_automatic": True,
        "opened_by": "bench",
        "opened_at": now,
        "lifted_by": "",
        "lift_reason": "",
        "tier": "protection",
        "is_shaped": True,
    }


def _version(version: Any, zone: Any, now: Any, days: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": version,
        "zone_id": zone,
        "number": 1,
        "state": "current",
        **days,
        "tier": "protection",
        "is_lift": False,
        "by_rule": True,
        "reason": "bench",
        "asked_at": now,
        "asked_by": "bench",
        "decided_by": "",
        "decided_because": "",
    }


@lru_cache
def _prepared(events: int, zones: int) -> Prepared:
    return Prepared(events, zones)


def prepare(full: bool) -> None:
    """Make both installations and see that they give the same answer."""
    state["full"] = full
    answers = {_prepared(*sizes).ask() for sizes in SIZES[full]}
    assert len(answers) == 1, answers


def floor() -> None:
    """Ask among few."""
    _prepared(*SIZES[state["full"]][0]).ask()


def ours() -> None:
    """Ask the same among many; raise when one declaration takes too long at the large size."""
    begins = perf_counter()
    _prepared(*SIZES[state["full"]][1]).ask()
    _taken.append((perf_counter() - begins) / ASKED * 1000)


_taken: list[float] = []


def notes() -> Iterator[str]:
    """Say the sizes and what one declaration costs."""
    (few, some), (many, most) = SIZES[state["full"]]
    one = sorted(_taken)[len(_taken) // 2]
    yield f"{most:,} zones of {many:,} events as against {some:,} of {few:,}"
    late = "" if one <= MOST_MS else f": SHORT, more than {MOST_MS:g} ms"
    yield f"one declaration (3 places, 2 species): {one:.2f} ms{late}"


def close() -> None:
    """Take both installations away."""
    for sizes in SIZES[state["full"]]:
        made = _prepared(*sizes)
        made.house.database.close()
        made.folder.cleanup()
    _prepared.cache_clear()
