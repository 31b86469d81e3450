"""A check that can still be changed, by its vet, as it stands now: every act of a visit asks here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.declarations.models import Declaration
from aquacert.inspections.models import BatchCheck
from aquacert.inspections.rules import State
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Conflict, NotAllowed
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

PAPERS = table_of(Declaration)
SENT = Quick(select(PAPERS.c.vet_id).where(PAPERS.c.id == bindparam("paper")))


def open_for_change(w: Work, check_id: UUID) -> BatchCheck:
    """Return an undecided check of this vet, locked; raise in plain words when it is not."""
    check = w.get_for_change(BatchCheck, check_id)
    if check.vet_id != w.actor.person_id:
        raise NotAllowed("这批由另一位官方兽医查验，您可以看，不能改。")
    sent = w.row(SENT, paper=check.declaration_id)
    if sent is None or sent.vet_id != w.actor.person_id:
        raise NotAllowed("这份申报已改派另一位官方兽医，您可以看，不能改。")
    if check.state != State.OPEN.value:
        raise Conflict("这批已经下了结论，不能再改。有出入请作废后重新查验。")
    return check


def changed(check: BatchCheck) -> int:
    """Count an accepted change of a check and return its new version."""
    check.version += 1
    return check.version
