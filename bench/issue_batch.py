"""Measure `issue_batch`: certificates per second, 20 loads with one confirmation (goal ratio ≥ 0.5).

Ours is the command `issue_many`: every load judged anew, one confirmation spent, 20 numbers, plans,
lints, 40 signatures verified, everything published; three transactions. The floor is that of `issue`:
one certificate at a time by the bare driver, with its own three transactions.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import issue

NAME = "issue_batch"
GOAL = 0.5
BETTER = "higher"
PAIRS = 9
LOADS = 20
EACH = 10
"""Certificates of the floor a round."""
ROUNDS: list[float] = []


class Prepared:
    """A database with a declaration of 20 loads, all ready."""

    def __init__(self) -> None:
        from tests.make.certificates import make_ready
        from tests.make.declarations import answers, load_answer
        from tests.make.hatcheries import make_hatchery

        self.folder = Path(tempfile.mkdtemp(prefix="aquacert-bench-"))
        self.house = issue._house(self.folder)
        db = self.house.database
        farm = make_hatchery(db)
        loads = tuple(
            load_answer(db, plate=f"示A{10_000 + n}", quantities=("2万",)) for n in range(LOADS)
        )
        self.ready = make_ready(db, farm=farm, filled=replace(answers(db, farm), loads=loads))
        self.more_numbers()
        self.issue_all()

    def more_numbers(self) -> None:
        """Give the office enough numbers for every round."""
        from tests.make.certificates import give_numbers

        farm = self.ready.paper.farm
        give_numbers(self.house.database, farm.office_id, "A", 20_000, first=3_210_000_001)

    def issue_all(self) -> float:
        """Issue for the 20 loads, return the seconds it took, and make them void again."""
        from aquacert.certificates.commands import issue_many, void

        db, actor = self.house.database, self.ready.vet.actor
        previews = self.confirm()
        begins = perf_counter()
        issued = issue_many(db, actor, previews, self.house.keys)
        seconds = perf_counter() - begins
        with db.work(actor) as w:
            for certificate_id in issued:
                void(w, certificate_id, "量测")
        return seconds

    def confirm(self) -> list[tuple[Any, str]]:
        """Put one second-factor grant there for all, and return what it is for."""
        from aquacert.accounts.models import StepUpGrant
        from aquacert.certificates.commands import digest_of_all
        from aquacert.certificates.issuing.queries import readiness

        db, actor = self.house.database, self.ready.vet.actor
        with db.look(actor) as look:
            previews = [(key, readiness(look, key).digest) for key in self.ready.paper.load_ids]
        with db.work(actor) as w:
            w.add(
                StepUpGrant(
                    id=w.new_id(),
                    person_id=actor.person_id,
                    session_id=actor.session_id,
                    digest=digest_of_all([digest for _, digest in previews]),
                    granted_at=w.now,
                    expires_at=w.now + issue.timedelta(minutes=5),
                    spent_at=None,
                )
            )
        return previews


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def prepare(full: bool = False) -> None:
    """Make both sides ready."""
    del full
    prepared()
    issue.prepared()


def ours() -> float:
    """Return certificates per second through the command."""
    seconds = prepared().issue_all()
    ROUNDS.append(seconds)
    return LOADS / seconds


def floor() -> float:
    """Return certificates per second of the bare driver."""
    bare = issue.prepared().floor
    return EACH / sum(bare.issue_once() for _ in range(EACH))


def notes() -> list[str]:
    """Say how long one certificate of a batch takes."""
    return [f"ours {min(ROUNDS) / LOADS * 1000:.2f} ms a certificate at best of {len(ROUNDS)}"]


def close() -> None:
    """Remove what was prepared."""
    prepared().house.database.close()
    shutil.rmtree(prepared().folder, ignore_errors=True)
