"""Measure `declaration_list`: the desk's lists and searches among many as against few (goal ≤ 1.5).

Few: 1,000 declarations, many: 20,000; with FULL=1 10,000 and 1,000,000. They are spread over a
hundred counties and three years; what waits is what came in the last days, so it grows with the
register too. Asked are the queries of the pages themselves, as a county's clerk, a supervisor of
the whole province and a farm's owner: each tab with its counts, a number whole and short, a farm's
name, the own list, the day of the vets. Compared is the 95th percentile over all of them.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

NAME = "declaration_list"
GOAL = 1.5
BETTER = "lower"
PAIRS = 7
SIZES = {False: (1_000, 20_000), True: (10_000, 1_000_000)}
CHUNK = 10_000
COUNTIES = 100
DAYS = 1_000
TURNS = 1
TABLES = ("declarations", "batches", "loads", "load_lines")
state: dict[str, bool] = {"full": False}
TIMES: dict[int, dict[str, list[float]]] = {}


class Prepared:
    """An installation with so many declarations."""

    def __init__(self, count: int) -> None:
        from aquacert.kernel.scope import Scope
        from bench.register import _house
        from tests.make.declarations import make_declaration
        from tests.make.hatcheries import make_hatchery

        self.folder = tempfile.TemporaryDirectory()
        self.house = _house(Path(self.folder.name), "")
        self.database = self.house.database
        self.farm = make_hatchery(self.database, name="东滩虾苗场")
        self.paper = make_declaration(self.database, self.farm)
        self.clerk = self.farm.clerk
        self.owner = self.farm.owner
        self.chief = replace(self.clerk, scope=Scope(everything=True))
        self._fill(count)
        TIMES[count] = {}
        self.count = count

    def _fill(self, count: int) -> None:
        """Copy the one declaration's rows, as they lie in the file, over counties and days."""
        from aquacert.kernel.ids import new_id

        draws, now = random.Random(20260512), self.database.clock.now()
        with self.database.engine.begin() as line:
            paper, batch, load, carried = (_first(line, table) for table in TABLES)
            farms = self._farms(line, _first(line, "hatcheries"))
            for start in range(0, count, CHUNK):
                rows: list[list[dict[str, Any]]] = [[], [], [], []]
                for at in range(start, min(count, start + CHUNK)):
                    ids = [new_id(now).hex for _ in range(4)]
                    # Every hundredth is of the clerk's own county, as its share would be.
                    home = farms[0] if at % COUNTIES == 0 else draws.choice(farms[1:])
                    back = at % DAYS
                    sent = now - timedelta(days=back + 1, minutes=at // DAYS)
                    rows[0].append({**paper, **_paper(at, ids[0], home, sent, back)})
                    here = {"origin_code": home["division_code"]}
                    rows[1].append({**batch, "id": ids[1], "declaration_id": ids[0]})
                    rows[2].append({**load, **here, "id": ids[2], "declaration_id": ids[0]})
                    own = {"id": ids[3], "load_id": ids[2], "batch_id": ids[1]}
                    rows[3].append({**carried, **own})
                for table, some in zip(TABLES, rows, strict=True):
                    _insert(line, table, some)

    def _farms(self, line: Any, farm: dict[str, Any]) -> list[dict[str, Any]]:
        """Make five farms in each county, and return them after the first one."""
        from aquacert.kernel.ids import new_id
        from aquacert.kernel.search import indexed
        from aquacert.reference.queries import descendants

        now = self.database.clock.now()
        with self.database.look() as look:
            codes = [one for one in sorted(descendants(look, "320000")) if one[-2:] != "00"]
        body = _first(line, "organisations", farm["organisation_id"])
        bodies, farms, grams = [], [farm], []
        for place in range(COUNTIES * 5):
            key, own, uscc = new_id(now).hex, new_id(now).hex, f"9132{place:014d}"
            code, name = codes[place % len(codes)], f"样例苗种场{place}"
            bodies.append({**body, "id": key, "uscc": uscc, "division_code": code})
            named = {"id": own, "organisation_id": key, "uscc": uscc, "name": name}
            farms.append({**farm, **named, "division_code": code})
            grams += [
                {"kind": "Hatchery", "gram": gram, "row_id": own}
                for gram in indexed(f"{name} {uscc}")
            ]
        _insert(line, "organisations", bodies)
        _insert(line, "hatcheries", farms[1:])
        _insert(line, "search_grams", grams)
        return farms

    def asked(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield what is asked, each as whoever asks it."""
        from aquacert.declarations.queries.queue import TABS

        for who, actor in (("clerk", self.clerk), ("chief", self.chief)):
            for tab in TABS:
                yield f"{who} {tab}", lambda a=actor, t=tab: self.desk(a, t, "")
            for words in (self.paper.number, "0509-001", "东滩虾苗", "dtxmc"):
                yield f"{who} finds {words}", lambda a=actor, w=words: self.desk(a, "waiting", w)
        yield "owner's own", self.own
        yield "vets' day", self.day

    def desk(self, actor: Any, tab: str, words: str) -> object:
        """Ask for one page of a tab with its counts, as the queue does."""
        from aquacert.declarations.queries import counts, declarations, overdue_count

        with self.database.look(actor) as look:
            found = declarations(look, tab, words, 1, 11)
            assert found.items or not words
            return found, counts(look), overdue_count(look)

    def own(self) -> object:
        """Ask for the owner's own list."""
        from aquacert.declarations.queries import mine

        with self.database.look(self.owner) as look:
            return mine(look, self.farm.organisation_id)

    def day(self) -> object:
        """Ask for the vets' day."""
        from aquacert.declarations.queries.workload import day_view, week_counts

        with self.database.look(self.clerk) as look:
            return day_view(look, look.today), week_counts(look, look.today)

    def whole(self) -> float:
        """Ask everything some times; return asked per second at the 95th percentile."""
        times = []
        for _ in range(TURNS):
            for name, ask in self.asked():
                begins = perf_counter()
                ask()
                seconds = perf_counter() - begins
                times.append(seconds)
                TIMES[self.count].setdefault(name, []).append(seconds)
        return 1 / quantiles(times, n=100)[94]


def _first(line: Any, table: str, key: str = "") -> dict[str, Any]:
    """Return one row as it lies in the file."""
    where = f" WHERE id = '{key}'" if key else ""
    return dict(line.exec_driver_sql(f"SELECT * FROM {table}{where} LIMIT 1").mappings().one())


def _insert(line: Any, table: str, rows: list[dict[str, Any]]) -> None:
    """Write rows as they lie in the file: nothing is encrypted anew."""
    names = ", ".join(f'"{name}"' for name in rows[0])
    marks = ", ".join("?" for _ in rows[0])
    line.exec_driver_sql(
        f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(row.values()) for row in rows]
    )


def _paper(at: int, key: Any, home: dict[str, Any], sent: Any, back: int) -> dict[str, Any]:
    """Return what differs from one declaration to the next: most are long closed."""
    open_state = {0: "submitted", 1: "submitted", 2: "supplement_requested", 3: "assigned"}
    standing = open_state.get(back, "refused" if at % 40 == 0 else "closed")
    waits = standing == "submitted"
    closed = standing in {"refused", "closed"}
    mine = at % COUNTIES == 0
    moments = {
        "submitted_at": sent,
        "answer_due_at": sent + timedelta(days=3) if waits else None,
        "reply_due_at": sent + timedelta(days=3) if standing == "supplement_requested" else None,
        "visit_at": sent + timedelta(days=1) if standing in {"assigned", "closed"} else None,
        "closed_at": sent + timedelta(days=2) if closed else None,
    }
    return {
        "id": key,
        "number": f"{home['division_code']}-{sent:%Y%m%d}-9{at:07d}",
        "hatchery_id": home["id"],
        "organisation_id": home["organisation_id"],
        **({} if mine else {"office_id": home["organisation_id"], "declared_by_id": None}),
        "hatchery_name": home["name"],
        "origin_code": home["division_code"],
        "state": standing,
        **{name: f"{at:%Y-%m-%d %H:%M:%S.%f}" if at else None for name, at in moments.items()},
    }


@lru_cache
def _prepared(count: int) -> Prepared:
    return Prepared(count)


def prepare(full: bool) -> None:
    """Make both registers."""
    state["full"] = full
    for count in SIZES[full]:
        _prepared(count)


def floor() -> float:
    """Ask among few."""
    return _prepared(SIZES[state["full"]][0]).whole()


def ours() -> float:
    """Ask the same among many."""
    return _prepared(SIZES[state["full"]][1]).whole()


def notes() -> Iterator[str]:
    """Say the sizes, and the slowest questions in both."""
    few, many = SIZES[state["full"]]
    yield f"{many:,} declarations as against {few:,}"
    slow = sorted(TIMES[many], key=lambda name: -median(TIMES[many][name]))
    for name in slow[:6]:
        times = [median(TIMES[count][name]) * 1000 for count in (few, many)]
        yield f"{name}: {times[0]:.1f} ms and {times[1]:.1f} ms"


def close() -> None:
    """Take both registers away."""
    for count in SIZES[state["full"]]:
        made = _prepared(count)
        made.house.database.close()
        made.folder.cleanup()
    _prepared.cache_clear()
