"""From a blind code upwards: the sample, its batch, and the declarations that wait for it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from aquacert.declarations.models import Declaration
from aquacert.declarations.rules.states import OPEN
from aquacert.kernel.work import Look
from aquacert.sampling.models import PlanSample, Sample, SelfTest


def sample_id_of(look: Look, blind_code: str) -> UUID | None:
    """Return the id of the sample, self-test or plan sample behind a blind code, or None."""
    for table in (Sample, SelfTest, PlanSample):
        found = look.one(select(table.id).where(table.blind_code == blind_code))
        if found is not None:
            return found
    return None


def batch_of_sample(look: Look, sample_id: UUID) -> UUID | None:
    """Return the batch a sample was taken of; None for a self-test, which is of no batch."""
    return look.one(select(Sample.batch_id).where(Sample.id == sample_id))


def farm_of_sample(look: Look, sample_id: UUID) -> UUID | None:
    """Return the farm that a sample of any sort is of."""
    for table in (Sample, SelfTest, PlanSample):
        found = look.one(select(table.organisation_id).where(table.id == sample_id))
        if found is not None:
            return found
    return None


def waiting_on(look: Look, blind_code: str) -> int:
    """Return how many open declarations wait for the result of a blind code: one or none."""
    found = (
        select(func.count(Declaration.id.distinct()))
        .select_from(Sample)
        .join(Declaration, Declaration.id == Sample.declaration_id)
        .where(Sample.blind_code == blind_code, Declaration.state.in_(sorted(OPEN)))
    )
    return look.session.scalar(found) or 0
