"""Which certificates rest on a laboratory's report, by what was written down when they were issued.

Certificates from before that was written down are found by the batch that the sample was taken of.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from aquacert.certificates.models import BackingReport, Certificate, CoveredBatch, Standing
from aquacert.certificates.rules.states import Status
from aquacert.kernel.work import Look
from aquacert.sampling import queries as sampling
from aquacert.surveillance.queries.own import sample_of_reports


def numbered(look: Look, number: str) -> int:
    """Return how many certificates of ours bear a number, whoever asks: one or none."""
    count = select(func.count()).where(Certificate.number == number.strip())
    return look.session.scalar(count) or 0


def resting_on(look: Look, blind_code: str) -> int:
    """Return how many valid certificates rest on the sample of a blind code, whoever asks."""
    return _count(look, _of_code(look, blind_code))


def travelling_on(look: Look, blind_code: str) -> int:
    """Return how many of them have not arrived and may still be on the road."""
    on_the_road = and_(Standing.arrived_at.is_(None), Certificate.valid_until >= look.now)
    return _count(look, and_(_of_code(look, blind_code), on_the_road))


def rests_on(look: Look, sample_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a certificate rests on a sample, or covers the batch it is of."""
    named = select(BackingReport.certificate_id).where(BackingReport.sample_id == sample_id)
    batch_id = sampling.batch_of_sample(look, sample_id)
    if batch_id is None:
        return Certificate.id.in_(named)
    covering = select(CoveredBatch.certificate_id).where(CoveredBatch.batch_id == batch_id)
    return or_(Certificate.id.in_(named), Certificate.id.in_(covering))


def lent_to(organisation_id: UUID, disease_code: str) -> ColumnElement[bool]:
    """Return the condition that a negative of another sample of this farm stood in for a test."""
    lent = select(BackingReport.certificate_id).where(
        BackingReport.disease_code == disease_code, BackingReport.rule_id != ""
    )
    return and_(Certificate.organisation_id == organisation_id, Certificate.id.in_(lent))


def unanswered(look: Look, certificate_id: UUID) -> list[str]:
    """Return why a certificate cannot be made good again yet: tests it rests on that do not stand.

    One plain sentence each. A positive of any covered batch counts, whoever asked for it.
    """
    named = look.scalars(
        select(BackingReport).where(BackingReport.certificate_id == certificate_id)
    )
    covered = select(CoveredBatch.batch_id).where(CoveredBatch.certificate_id == certificate_id)
    found: list[str] = []
    for batch_id in sorted(look.scalars(covered)):
        wanted = {row.disease_code for row in named if row.batch_id == batch_id and not row.rule_id}
        found += [
            sampling.told(look, test)
            for test in sampling.tests_of(look, batch_id)
            if test.outcome == "positive"
            or (test.disease_code in wanted and test.outcome != "negative")
        ]
    lent = [row for row in named if row.rule_id]
    gone = sample_of_reports(look, [row.report_id for row in lent], standing=False)
    found += ["代替检测的监测阴性报告已经撤回。" for row in lent if row.sample_id in gone]
    return [one for one in dict.fromkeys(found) if one]


def _of_code(look: Look, blind_code: str) -> ColumnElement[bool]:
    sample_id = sampling.sample_id_of(look, blind_code)
    return false() if sample_id is None else rests_on(look, sample_id)


def _count(look: Look, chosen: ColumnElement[bool]) -> int:
    found = (
        select(func.count())
        .select_from(Certificate)
        .join(Standing, Standing.id == Certificate.id)
        .where(chosen, Standing.status == Status.VALID.value)
    )
    return look.session.scalar(found) or 0
