"""Measure `verdict_to_certificate`: the machine's part from the last verdict on, of its 5 s (goal ≤ 1).

Ours is what the vet waits for: the command of the last verdict (with the field record that is filed
then), the readiness page, the issuance up to the published record, and the public page's answer
about it. The second factor between them is a person's time and is not counted. A real worker, a
process of its own on the same database, makes the documents meanwhile; the note says when the PDF
lay in its holder's inbox, from the same verdict on, against 30 s. The floor is the goal.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
import threading
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

NAME = "verdict_to_certificate"
GOAL = 1.0
BETTER = "lower"
PAIRS = 7
PUBLISHED, IN_INBOX = 5.0, 30.0
"""Seconds that the machine may take."""
RUNS = 2 * PAIRS + 1
PATIENCE = 60.0
AHEAD = timedelta(hours=1)
"""The vet's clock moves on with each of his codes; the worker's must not lie behind it."""
ROOT = Path(__file__).resolve().parents[1]
SAID: dict[str, list[float]] = {"published": [], "inbox": []}


class Prepared:
    """Declarations checked but for the last verdict, a vet, numbers, and a worker that works."""

    def __init__(self) -> None:
        from bench.issue import _house
        from tests.make.certificates import fresh, give_numbers
        from tests.make.declarations import answers, make_declaration
        from tests.make.hatcheries import make_hatchery

        self.folder = tempfile.TemporaryDirectory()
        self.house = _house(Path(self.folder.name))
        self.db: Any = self.house.database
        farm, vet = make_hatchery(self.db), None
        self.papers = []
        for number in range(RUNS):
            filled = answers(self.db, farm, f"{number + 1}000", plate=f"示A6P{number + 200}")
            paper = make_declaration(self.db, farm, filled=filled, state="assigned", vet=vet)
            vet = paper.vet
            self.papers.append(paper)
        self.db.clock.forward(days=5)
        assert vet is not None
        self.vet = fresh(self.db, vet)
        give_numbers(self.db, farm.office_id, "A")
        give_numbers(self.db, farm.office_id, "B")
        self.worker = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "bench.verdict_to_certificate",
                self.folder.name,
                self.db.clock.now().isoformat(),
            ],
            cwd=ROOT,
        )
        atexit.register(self.worker.kill)  # fmt: skip

    def check(self) -> tuple[UUID, UUID, int]:
        """Check the next declaration up to its verdict; return check, load and quantity."""
        from aquacert.demo.findings import healthy
        from aquacert.inspections.commands import add_photo, keep_findings, start_inspection
        from aquacert.inspections.queries import sheet
        from aquacert.inspections.rules import Slot
        from tests.make.certificates import picture

        paper = self.papers.pop()
        with self.db.work(self.vet.actor) as w:
            [check_id] = start_inspection(w, paper.declaration_id)
            page = sheet(w, check_id)
            keep_findings(w, check_id, healthy(page.items))
            for slot in Slot:
                add_photo(w, check_id, slot, picture(), f"{slot.value}.jpg")
        return check_id, paper.load_ids[0], page.batch.quantity


def ours() -> float:
    """Take one batch from its verdict to its published certificate; return how many a second."""
    from aquacert.certificates.commands import issue
    from aquacert.certificates.issuing.queries import readiness
    from aquacert.certificates.queries import by_public_id, certificate
    from aquacert.inspections.commands import give_verdict
    from aquacert.inspections.rules import Act
    from tests.make.accounts import step_up

    here = prepared()
    check_id, load_id, quantity = here.check()
    actor, begins = here.vet.actor, perf_counter()
    with here.db.work(actor) as w:
        give_verdict(w, check_id, Act.PASS, quantity)
    with here.db.look(actor) as look:
        digest = readiness(look, load_id).digest
    person = perf_counter()
    step_up(here.db, here.vet, digest)
    person = perf_counter() - person
    issued = issue(here.db, actor, load_id, here.house.keys, digest)
    with here.db.look(actor) as look:
        public_id = certificate(look, issued).public_id
    with here.db.look() as look:
        assert by_public_id(look, public_id) is not None
    seconds = perf_counter() - begins - person
    SAID["published"].append(seconds)
    SAID["inbox"].append(_in_inbox(here.db, issued, begins) - person)
    return 1 / seconds


def _in_inbox(database: Any, certificate_id: UUID, begins: float) -> float:
    """Return the seconds since `begins` at which the holder's inbox leads to the PDF."""
    from sqlalchemy import select

    from aquacert.accounts.models import InboxMessage
    from aquacert.kernel.scope import SYSTEM

    told = select(InboxMessage.id).where(
        InboxMessage.link == f"/certificates/{certificate_id}/certificate.pdf"
    )
    while perf_counter() - begins < PATIENCE:
        with database.look(SYSTEM) as look:
            if look.one(told) is not None:
                return perf_counter() - begins
        sleep(0.05)
    raise TimeoutError("no PDF in the inbox")


def floor() -> float:
    """Return the goal: so many a second."""
    return 1 / PUBLISHED


@lru_cache(maxsize=1)
def prepared() -> Prepared:
    """Return the preparation, made once."""
    return Prepared()


def notes() -> list[str]:
    """Say both times, median and worst."""
    lines = []
    for name, limit in (("published", PUBLISHED), ("inbox", IN_INBOX)):
        each = SAID[name]
        share = median(each) / limit
        lines.append(
            f"{name}: median {median(each):.2f} s, worst {max(each):.2f} s of {limit:g} s"
            f" ({share:.3f})"
        )
    return lines


def close() -> None:
    """Stop the worker and take the folder away."""
    here = prepared()
    here.worker.terminate()
    here.worker.wait()
    here.db.close()
    here.folder.cleanup()


def work(folder: str, now: str) -> None:
    """Be the worker: run the outbox of the data in `folder`, on a clock that stands at `now`."""
    from aquacert.app import open_house, runner_of
    from aquacert.kernel.clock import FixedClock
    from aquacert.kernel.settings import Settings

    settings = Settings(data_dir=Path(folder), password_cost=1, public_url="https://cert.example")
    house = open_house(settings, FixedClock(datetime.fromisoformat(now) + AHEAD))
    runner_of(house).run_until(threading.Event())


if __name__ == "__main__":
    work(*sys.argv[1:3])
