"""The slots of a declaration's papers: what is there, what the farm's record already holds."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import bindparam, exists, or_, select

from aquacert.declarations.models import Declaration
from aquacert.declarations.rules.answers import Answers, from_json
from aquacert.declarations.rules.grounds import Material
from aquacert.declarations.rules.slots import Slot, slots
from aquacert.hatcheries.models import Licence
from aquacert.hatcheries.rules import LicenceKind
from aquacert.kernel.db import table_of
from aquacert.kernel.files import StoredFile
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

OF_LICENCE = {
    LicenceKind.SEED.value: Material.SEED_LICENCE,
    LicenceKind.WATERS.value: Material.WATERS_LICENCE,
}
FILES, LICENCES = table_of(StoredFile), table_of(Licence)
NAMES = Quick(
    select(FILES.c.name).where(
        FILES.c.owner_kind == bindparam("kind"),
        FILES.c.owner_id == bindparam("owner"),
        FILES.c.withdrawn_at.is_(None),
    )
)
ON_RECORD = Quick(
    select(LICENCES.c.kind, LICENCES.c.number)
    .where(
        LICENCES.c.hatchery_id == bindparam("farm"),
        LICENCES.c.from_on <= bindparam("on"),
        LICENCES.c.until_on >= bindparam("on"),
        or_(
            LICENCES.c.verified_at.is_not(None),
            exists().where(
                FILES.c.owner_kind == Licence.__tablename__, FILES.c.owner_id == LICENCES.c.id
            ),
        ),
    )
    .order_by(LICENCES.c.until_on)
)


def slots_of(look: Look, paper: Declaration, answers: Answers | None = None) -> tuple[Slot, ...]:
    """Return every slot of a declaration with what fills it."""
    said = answers or from_json(paper.pending or paper.answers)
    return slots(said, held_of(look, paper), _on_record(look, paper))


def held_of(look: Look, paper: Declaration) -> Counter[str]:
    """Return how many files lie in each slot of a declaration, by the material's code."""
    rows = look.rows(NAMES, kind=Declaration.__tablename__, owner=paper.id)
    return Counter(row.name.split("/")[0] for row in rows)


def _on_record(look: Look, paper: Declaration) -> dict[Material, str]:
    """Return the licences in force that were verified, or have a scan: material → number."""
    rows = look.rows(ON_RECORD, farm=paper.hatchery_id, on=look.today)
    return {OF_LICENCE[kind]: number for kind, number in rows if kind in OF_LICENCE}
