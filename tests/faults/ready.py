"""Many loads that may be certified at once, and the confirmations to do it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from aquacert.accounts.models import StepUpGrant
from aquacert.certificates.issuing.queries import readiness
from aquacert.kernel.work import Database
from tests.make.certificates import Ready, give_numbers, make_ready
from tests.make.declarations import answers, load_answer
from tests.make.hatcheries import make_hatchery

STOCK = 1_200_000
EACH = 3_000


def make_loads(db: Database, loads: int, numbers: int) -> Ready:
    """One declaration with so many lorries, checked and on the morning of its departure."""
    farm = make_hatchery(db, stock=STOCK)
    lorries = tuple(
        load_answer(db, plate=f"示A{10_000 + n}", quantities=(str(EACH),)) for n in range(loads)
    )
    filled = replace(answers(db, farm), loads=lorries)
    ready = make_ready(db, farm=farm, filled=filled, numbers=False)
    give_numbers(db, farm.office_id, "A", numbers)
    return ready


def confirm_directly(db: Database, ready: Ready, load_ids: Sequence[UUID]) -> list[str]:
    """Put second-factor grants there; return their digests. These tests are not about TOTP."""
    actor = ready.vet.actor
    with db.look(actor) as look:
        digests = [readiness(look, load_id).digest for load_id in load_ids]
    with db.work(actor) as w:
        for digest in digests:
            w.add(
                StepUpGrant(
                    id=w.new_id(),
                    person_id=actor.person_id,
                    session_id=actor.session_id,
                    digest=digest,
                    granted_at=w.now,
                    expires_at=w.now + timedelta(minutes=5),
                    spent_at=None,
                )
            )
    return digests
