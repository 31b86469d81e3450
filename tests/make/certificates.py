"""Builders of loads that are ready, of numbers, and of certificates: all go through commands."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from uuid import UUID

from PIL import Image

from aquacert.certificates.commands import issue, receive_segment
from aquacert.certificates.issuing.queries import Readiness, readiness
from aquacert.certificates.rules.confirmation import confirmed_digest
from aquacert.demo.findings import healthy
from aquacert.http.house import House
from aquacert.inspections.commands import add_photo, give_verdict, keep_findings, start_inspection
from aquacert.inspections.queries import sheet
from aquacert.inspections.rules import Act, Slot
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from tests.make.accounts import Made, sign_in, step_up
from tests.make.declarations import Paper, make_declaration
from tests.make.hatcheries import Farm
from tests.make.kept import kept

FIRST = {"A": 3_200_000_001, "B": 3_250_000_001}


@dataclass(frozen=True)
class Ready:
    """A checked load on the morning of its departure, and the vet who may sign it."""

    paper: Paper
    vet: Made
    load_id: UUID

    @property
    def farm(self) -> Farm:
        """The farm it comes from."""
        return self.paper.farm


def picture() -> bytes:
    """Return a small photograph that nobody has taken before."""
    kept = io.BytesIO()
    image = Image.frombytes("RGB", (8, 8), secrets.token_bytes(192)).resize((320, 240))
    image.save(kept, "JPEG")
    return kept.getvalue()


def check_batches(db: Database, paper: Paper, vet: Actor, fail: int | None = None) -> None:
    """Check every batch at the pond; batch `fail` (from 1) does not pass."""
    with db.work(vet) as w:
        checks = start_inspection(w, paper.declaration_id)
    for number, check_id in enumerate(checks, 1):
        with db.look(vet) as look:
            page = sheet(look, check_id)
        with db.work(vet) as w:
            keep_findings(w, check_id, healthy(page.items))
            for slot in Slot:
                add_photo(w, check_id, slot, picture(), f"{slot.value}.jpg")
            if number == fail:
                give_verdict(w, check_id, Act.FAIL, note="体表溃烂")
            else:
                give_verdict(w, check_id, Act.PASS, page.batch.quantity)


def give_numbers(
    db: Database, office_id: UUID, kind: str = "A", count: int = 1000, first: int | None = None
) -> UUID:
    """Give an office a segment and return its id."""
    start = first or FIRST[kind]
    with db.work(SYSTEM) as w:
        return receive_segment(
            w,
            holder_id=office_id,
            kind=kind,
            first=str(start),
            last=str(start + count - 1),
            because="省批次 2026-02",
        )


@kept
def make_ready(db: Database, *, numbers: bool = True, **declared: object) -> Ready:
    """Bring a declaration to the morning of its departure: checked, everything in order."""
    paper = make_declaration(db, state="assigned", **declared)
    assert paper.vet is not None
    db.clock.forward(days=5)
    vet = fresh(db, paper.vet)
    check_batches(db, paper, vet.actor)
    if numbers:
        give_numbers(db, paper.farm.office_id, "A")
        give_numbers(db, paper.farm.office_id, "B")
    return Ready(paper, vet, paper.load_ids[0])


def fresh(db: Database, made: Made) -> Made:
    """Sign somebody in anew: a session does not last for days."""
    secret, actor = sign_in(db, made.person_id, made.username)
    return Made(
        made.person_id,
        made.username,
        made.password,
        made.totp_secret,
        made.organisation_id,
        actor,
        secret,
    )


def look_at(db: Database, ready: Ready, replaces_id: UUID | None = None) -> Readiness:
    """Return what the vet's page says."""
    with db.look(ready.vet.actor) as look:
        return readiness(look, ready.load_id, replaces_id=replaces_id)


def confirm(
    db: Database, ready: Ready, replaces_id: UUID | None = None, because: str = "换车"
) -> str:
    """Let the vet confirm what is previewed; return its digest."""
    digest = look_at(db, ready, replaces_id).digest
    step_up(db, ready.vet, confirmed_digest(digest, replaces_id, because))
    return digest


def issue_one(house: House, ready: Ready | None = None) -> UUID:
    """Issue a certificate for a ready load and return its id."""
    db = house.database
    ready = ready or make_ready(db)
    return issue(db, ready.vet.actor, ready.load_id, house.keys, confirm(db, ready))
