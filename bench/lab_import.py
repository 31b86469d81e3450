"""Measure `lab_import`: 96 wells imported, validated and submitted for review, as a share of 2 s (goal ≤ 1).

Ours is what a technician does, on a file database: send the RDML file with its curves (stage), look at the preview (every
row matched), take it (wells, results, outcomes by the rule, the run's controls judged, custody and trail written) and
find the results waiting for review in a valid run. Each round takes samples of its own. The floor is the goal, two seconds.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from time import perf_counter

NAME = "lab_import"
GOAL = 1.0
BETTER = "lower"
PAIRS = 7
SECONDS = 2.0
SAMPLES = 47
"""Two wells each, and two controls: 96."""
seen: list[float] = []


class Prepared:
    """A laboratory with a register, an instrument and a lot, in a folder of its own."""

    def __init__(self) -> None:
        from bench.register import _house
        from tests.make.labs import make_lab

        self.folder = tempfile.TemporaryDirectory()
        self.house = _house(Path(self.folder.name), "")
        self.lab = make_lab(self.house.database)

    def next_file(self) -> tuple[list[str], bytes]:
        """Receive 47 samples and return their codes and the instrument's file of them."""
        from tests.make.labs import make_items, rdml_file

        db = self.house.database
        codes = make_items(db, self.lab, SAMPLES)
        cqs = {code: None if number % 9 else "27.312" for number, code in enumerate(codes)}
        return codes, rdml_file(db, cqs)


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the laboratory, made once."""
    return Prepared()


def prepare(full: bool) -> None:
    """Make the laboratory; the size is the same in both runs."""
    del full
    prepared()


def floor() -> float:
    """Return the goal."""
    return 1.0


def ours() -> float:
    """Return how often the goal is met: two seconds / the seconds it took."""
    from labs.bench.commands import commit_file, stage_file
    from labs.bench.models import BenchRun, InstrumentFile
    from labs.bench.queries import results, results_of_run, run_validity
    from labs.bench.queries.plan import plan_of_file
    from labs.bench.rules import ResultState
    from labs.register.models import LabScope

    here = prepared()
    db, lab = here.house.database, here.lab
    _codes, data = here.next_file()
    begins = perf_counter()
    with db.work(lab.technician.actor) as w:
        file_id = stage_file(w, lab.lab_id, data, "run.rdml")
    with db.look(lab.technician.actor) as look:
        plan = plan_of_file(look, look.get(InstrumentFile, file_id))
        assert (plan.samples, len(plan.wells), plan.refusals) == (SAMPLES, 96, ())
    with db.work(lab.technician.actor) as w:
        done = commit_file(w, file_id, instrument_id=lab.instrument_id, lot_id=lab.lot_id)
    with db.look(lab.reviewer.actor) as look:
        run = look.get(BenchRun, done.run_ids[0])
        rows = results_of_run(look, run.id)
        faults = run_validity(look, run, look.get(LabScope, rows[0].scope_id)).faults
        waiting = set(look.scalars(results(look, ResultState.ENTERED)))
    seconds = perf_counter() - begins
    assert len(rows) == SAMPLES
    assert faults == ()
    assert set(rows) <= waiting
    seen.append(seconds)
    return SECONDS / seconds


def notes() -> list[str]:
    """Say the seconds."""
    found = sorted(seen)
    return [
        f"96 wells, {SAMPLES} samples, median {found[len(found) // 2]:.3f} s (goal {SECONDS:g})"
    ]


def close() -> None:
    """Take the house down."""
    prepared().house.database.close()
    prepared().folder.cleanup()
