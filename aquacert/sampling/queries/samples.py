"""Reads of samples: by scope, by declaration, by blind code."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as papers
from aquacert.kernel.work import Look
from aquacert.sampling.models import OrderedTest, Sample
from aquacert.sampling.rules import State
from labs.reports.queries import ReportSummary, report_for


def sample(look: Look, sample_id: UUID) -> Sample:
    """Return a sample, or raise `NotFound` (also out of scope)."""
    return look.get(Sample, sample_id)


def samples_of(look: Look, declaration_id: UUID) -> list[Sample]:
    """Return the samples of a declaration in order."""
    papers.declaration(look, declaration_id)
    return look.scalars(
        select(Sample).where(Sample.declaration_id == declaration_id).order_by(Sample.number)
    )


def samples(look: Look, words: str = "") -> Select[Sample]:
    """Select the samples of this person's scope: unsent first, then newest."""
    chosen = select(Sample).where(look.visible(Sample))
    if words.strip():
        chosen = chosen.where(look.matching(Sample, words))
    return chosen.order_by(Sample.state != State.TAKEN.value, Sample.id.desc())


def sample_by_blind_code(look: Look, code: str) -> Sample | None:
    """Return the sample behind a blind code: the one place where the two meet."""
    return look.one(select(Sample).where(Sample.blind_code == code))


def tests_of_sample(look: Look, sample_id: UUID) -> list[OrderedTest]:
    """Return the tests that a sample was taken for."""
    return look.scalars(
        select(OrderedTest)
        .where(OrderedTest.sample_id == sample_id)
        .order_by(OrderedTest.disease_code)
    )


def diseases_of(look: Look, sample_ids: Collection[UUID]) -> list[str]:
    """Return what some samples together are tested for, in one question."""
    wanted = select(OrderedTest.disease_code).where(OrderedTest.sample_id.in_(sample_ids))
    return sorted(set(look.scalars(wanted)))


def report_of(look: Look, sample_id: UUID) -> ReportSummary | None:
    """Return the laboratory's report on a sample, or None."""
    return report_for(look, sample(look, sample_id).blind_code)


def paper_of(look: Look, row: Sample) -> Declaration:
    """Return the declaration a sample belongs to."""
    return papers.declaration(look, row.declaration_id)
