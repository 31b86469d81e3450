"""The slots of a declaration's papers: what is there, what the farm's record already holds."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import or_, select

from aquacert.declarations.models import Declaration
from aquacert.declarations.rules.answers import Answers, from_json
from aquacert.declarations.rules.grounds import Material
from aquacert.declarations.rules.slots import Slot, slots
from aquacert.hatcheries.models import Licence
from aquacert.hatcheries.rules import LicenceKind
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look

OF_LICENCE = {
    LicenceKind.SEED.value: Material.SEED_LICENCE,
    LicenceKind.WATERS.value: Material.WATERS_LICENCE,
}


def slots_of(look: Look, paper: Declaration, answers: Answers | None = None) -> tuple[Slot, ...]:
    """Return every slot of a declaration with what fills it."""
    said = answers or from_json(paper.pending or paper.answers)
    held = Counter(one.name.split("/")[0] for one in look.files_of(paper))
    return slots(said, held, _on_record(look, paper))


def _on_record(look: Look, paper: Declaration) -> dict[Material, str]:
    """Return the licences in force that were verified, or have a scan: material → number."""
    scanned = (
        select(StoredFile.id)
        .where(StoredFile.owner_kind == Licence.__tablename__, StoredFile.owner_id == Licence.id)
        .exists()
    )
    rows = look.session.execute(
        select(Licence.kind, Licence.number)
        .where(
            or_(Licence.verified_at.is_not(None), scanned),
            Licence.hatchery_id == paper.hatchery_id,
            Licence.from_on <= look.today,
            Licence.until_on >= look.today,
        )
        .order_by(Licence.until_on)
    )
    return {OF_LICENCE[kind]: number for kind, number in rows if kind in OF_LICENCE}
