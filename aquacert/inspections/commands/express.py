"""From a check to the county: a suspected epidemic is reported at once (疫情快报)."""

from __future__ import annotations

from uuid import UUID

from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as papers
from aquacert.declarations.queries.papers import origin_words
from aquacert.inspections.models.checks import BatchCheck
from aquacert.inspections.queries import sheet
from aquacert.inspections.rules import Answer
from aquacert.inspections.rules.items import TENTHS
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Work
from aquacert.surveillance.commands.express import raise_express
from aquacert.surveillance.rules.express import Suspicion

DEATHS = "group-deaths_today"
"""The item of every checklist that counts the dead."""
NOTHING_SAID = "现场怀疑疫情，已隔离"


def report_suspicion(w: Work, check_id: UUID) -> UUID:
    """Raise the express report of a batch's check and return its id; again it is the same one."""
    check = w.session.get(BatchCheck, check_id)
    paper = w.session.get(Declaration, check.declaration_id) if check else None
    if check is None or paper is None:
        raise NotFound
    batches = papers.batches_of(w, paper.id)
    batch = next(one for one in batches if one.batch_id == check.batch_id)
    return raise_express(
        w,
        Suspicion(
            subject_id=check.id,
            organisation_id=check.organisation_id,
            office_id=check.office_id,
            division_code=check.origin_code,
            place=origin_words(w, paper),
            species_code=batch.species_code,
            quantity=check.declared,
            unit=check.unit,
            diseases=tuple(str(code) for code in check.suspected),
            signs=_signs(w, check),
            seen_at=check.isolated_at or check.decided_at or w.now,
            deaths=_deaths(w, check),
        ),
    )


def _deaths(w: Work, check: BatchCheck) -> int | None:
    """Return how many the vet counted dead today; kept in tenths as every measured number is."""
    found = sheet(w, check.id).answers.get(DEATHS)
    return found // TENTHS if isinstance(found, int) else None


def _signs(w: Work, check: BatchCheck) -> str:
    """Return what was found amiss, in the words of the checklist: no free text of a person."""
    page = sheet(w, check.id)
    amiss = [item.ask for item in page.items if page.answers.get(item.key) is Answer.ABNORMAL]
    return f"异常：{'、'.join(amiss)}" if amiss else NOTHING_SAID
