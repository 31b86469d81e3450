"""Measure `search`: finding a sample's results among many as against among few (goal ≤ 1.5).

Few: 1,000 samples, many: 100,000; with FULL=1 10,000 and 1,000,000. Each sample has an item, an
order, a verified result and the words it is looked for by. What is asked are the queries of the
pages themselves: the laboratory's by a whole blind code and by its conditions, newest first; the
officials', over every sample they may see. Fragments of a code are timed beside it (`notes`): the
grams they are found by grow with the register, and the goal is not held against them.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

NAME = "search"
GOAL = 1.5
BETTER = "lower"
PAIRS = 9
SIZES = {False: (1_000, 100_000), True: (10_000, 1_000_000)}
CHUNK = 10_000
ASKED = 12
"""Codes looked for in one run; as many pages are asked for each way."""
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
state: dict[str, bool] = {"full": False}


class Prepared:
    """An installation with so many tested samples."""

    def __init__(self, count: int) -> None:
        from aquacert.inspections.commands import suspect
        from bench.register import _house
        from tests.make.declarations import make_declaration
        from tests.make.inspections import start
        from tests.make.labs import make_lab
        from tests.make.sampling import tested

        self.folder = tempfile.TemporaryDirectory()
        self.house = _house(Path(self.folder.name), "")
        db = self.house.database
        paper = make_declaration(db, state="assigned")
        [check] = start(db, paper)
        with db.work(paper.vet.actor) as w:
            suspect(w, check, ["DIV1"])
        self.vet, self.lab = paper.vet, make_lab(db)
        tested(db, paper, self.lab, None, None)
        self.codes = self._fill(count)

    def _fill(self, count: int) -> list[str]:
        """Copy the one tested sample's rows; return some of the copies' codes."""
        from sqlalchemy import insert, select

        from aquacert.kernel.ids import new_id
        from aquacert.kernel.search import indexed
        from aquacert.sampling.models import Sample
        from labs.bench.models import Result
        from labs.intake.models import AssayOrder, Item

        draws, database = random.Random(20260512), self.house.database
        now = database.clock.now()
        codes = draws_of(draws, count)
        kept = codes[:: max(1, count // ASKED)][:ASKED]
        with database.engine.begin() as line:
            tables = [model.__table__ for model in (Sample, Item, AssayOrder, Result)]
            sample, item, order, result = (
                dict(line.execute(select(table)).mappings().all()[0]) for table in tables
            )
            for start in range(0, count, CHUNK):
                rows: list[list[dict[str, Any]]] = [[], [], [], []]
                grams: list[tuple[str, str, str]] = []
                for place in range(start, min(count, start + CHUNK)):
                    ids = [new_id(now) for _ in range(4)]
                    code = codes[place]
                    day = result["tested_on"] - timedelta(days=draws.randrange(365))
                    own = {"number": place + 10, "seal_number": f"S{place:08d}"}
                    rows[0].append({**sample, "id": ids[0], "blind_code": code, **own})
                    rows[1].append({**item, "id": ids[1], "blind_code": code})
                    rows[2].append({**order, "id": ids[2], "item_id": ids[1]})
                    links = {"item_id": ids[1], "order_id": ids[2], "tested_on": day}
                    outcome = "positive" if place % 10 == 0 else "negative"
                    rows[3].append({**result, "id": ids[3], **links, "outcome": outcome})
                    grams += [("Item", gram, ids[1].hex) for gram in indexed(code)]
                for table, some in zip(tables, rows, strict=True):
                    line.execute(insert(table), some)
                line.exec_driver_sql(
                    "INSERT INTO search_grams (kind, gram, row_id) VALUES (?, ?, ?)", grams
                )
        return kept

    def whole(self) -> None:
        """Ask as the pages do: by code, newest first, by conditions; the laboratory and the official."""
        from sqlalchemy import select

        from aquacert.sampling.models import Sample
        from labs.reports.queries.data import Asked, data_page

        database = self.house.database
        last = database.clock.now().date()
        for code in self.codes:
            with database.look(self.lab.technician.actor) as look:
                assert data_page(look, Asked(words=code)).items[0].blind_code == code
                assert data_page(look, Asked(outcome="positive", disease_code="DIV1")).items
                assert data_page(look, Asked(until_on=last - timedelta(days=30))).items
            with database.look(self.vet.actor) as look:
                seen = select(Sample.blind_code).where(look.visible(Sample))
                assert data_page(look, Asked(words=code), codes=seen).items
                assert data_page(look, Asked(), codes=seen).items

    def fragments(self) -> float:
        """Return the milliseconds that one search for the last four characters of a code takes."""
        from labs.reports.queries.data import Asked, data_page

        begins = perf_counter()
        for code in self.codes:
            with self.house.database.look(self.lab.technician.actor) as look:
                assert data_page(look, Asked(words=code[-4:])).items
        return (perf_counter() - begins) / len(self.codes) * 1000


def draws_of(draws: random.Random, count: int) -> list[str]:
    """Return so many different codes of two times four characters."""
    found: dict[str, None] = {}
    while len(found) < count:
        letters = "".join(draws.choices(LETTERS, k=8))
        found[f"{letters[:4]}-{letters[4:]}"] = None
    return list(found)


@lru_cache
def _prepared(count: int) -> Prepared:
    return Prepared(count)


def prepare(full: bool) -> None:
    """Make both registers."""
    state["full"] = full
    for count in SIZES[full]:
        _prepared(count)


def floor() -> None:
    """Ask among few."""
    _prepared(SIZES[state["full"]][0]).whole()


def ours() -> None:
    """Ask the same among many."""
    _prepared(SIZES[state["full"]][1]).whole()


def notes() -> Iterator[str]:
    """Say the sizes, and what a fragment of a code costs in both."""
    few, many = SIZES[state["full"]]
    times = [_prepared(count).fragments() for count in (few, many)]
    yield f"{many:,} samples as against {few:,}"
    yield f"a fragment of a code: {times[0]:.1f} ms and {times[1]:.1f} ms"


def close() -> None:
    """Take both registers away."""
    for count in SIZES[state["full"]]:
        made = _prepared(count)
        made.house.database.close()
        made.folder.cleanup()
    _prepared.cache_clear()
