"""Suspend by itself: a report turns positive or is withdrawn, a zone comes into force.

The system only stops the goods; whether the certificate is good again, void or recalled is a
person's to say. What a person resumed is not suspended for the same reason again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update

from aquacert.accounts.commands import tell
from aquacert.certificates.models import (
    Certificate,
    CoveredBatch,
    RecallHit,
    RecallOrder,
    Standing,
)
from aquacert.certificates.recalls.queries import within
from aquacert.certificates.rules.recalls import HitState, RecallState
from aquacert.certificates.rules.states import LIVE, Act, Status
from aquacert.certificates.status.commands import CertificateSuspended, suspend
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look, Work
from aquacert.reference import queries as reference
from aquacert.sampling.queries import sample_by_blind_code
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries import zone_lines
from labs.reports.queries import ReportSummary, report_summary

POSITIVE, AUTHORISED = "positive", "authorised"
LATELY = timedelta(days=7)
"""For how long a zone that began is looked at again: a worker may have stood still."""


def after_report(database: Database, report_id: UUID) -> int:
    """Suspend every valid certificate that covers the report's batch; return how many.

    A positive report touches all of them; a withdrawn one those that were issued since it stood.
    """
    with database.look(SYSTEM) as look:
        report = report_summary(look, report_id)
        because = _because_of(report)
        if report is None or not because:
            return 0
        taken = sample_by_blind_code(look, report.blind_code)
        if taken is None:
            return 0
        covering = select(CoveredBatch.certificate_id).where(
            CoveredBatch.batch_id == taken.batch_id
        )
        since = Certificate.issued_at >= report.authorised_at
        hit = Certificate.id.in_(covering)
        found = _valid(look, hit if str(report.state) == AUTHORISED else and_(hit, since))
    return _suspend_all(database, found, because)


def after_zone(database: Database, zone_id: UUID) -> int:
    """Suspend every valid certificate on the road that a zone in force touches; return how many."""
    with database.look(SYSTEM) as look:
        zone = look.session.get(Zone, zone_id)
        if zone is None or not zone_lines(look, [zone])[0].acts:
            return 0
        disease = reference.disease(look, zone.disease_code).name_zh
        because = f"{disease}管控区 {zone.from_on} 起生效，自动暂停"
        found = _valid(look, within(look, zone))
    return _suspend_all(database, found, because)


def after_beginnings(database: Database) -> int:
    """Do so for every zone that began lately: no news comes on the day a later one begins."""
    with database.look(SYSTEM) as look:
        began = look.scalars(
            select(Zone.id).where(
                Zone.lifted_at.is_(None),
                Zone.from_on <= look.today,
                Zone.from_on > look.today - LATELY,
            )
        )
    return sum(after_zone(database, zone_id) for zone_id in began)


def _because_of(report: ReportSummary | None) -> str:
    if report is None:
        return ""
    if str(report.state) != AUTHORISED:
        return f"检测报告 {report.number} 已撤回，自动暂停"
    positive = [line.disease_name for line in report.lines if str(line.outcome) == POSITIVE]
    return f"检测报告 {report.number} {'、'.join(positive)}阳性，自动暂停" if positive else ""


def _valid(look: Look, chosen: ColumnElement[bool]) -> list[UUID]:
    """Return live certificates whose goods have not arrived and may still be on the road."""
    return look.scalars(
        select(Certificate.id)
        .join(Standing, Standing.id == Certificate.id)
        .where(
            chosen,
            Standing.status.in_(sorted(status.value for status in LIVE)),
            Standing.arrived_at.is_(None),
            Certificate.valid_until >= look.now,
        )
        .order_by(Certificate.id)
    )


def _suspend_all(database: Database, found: Iterable[UUID], because: str) -> int:
    """Suspend one after another, each in a short act of its own; those done already are passed."""
    done = 0
    for certificate_id in found:
        with database.work(SYSTEM) as w:
            done += _suspend_once(w, certificate_id, because)
    return done


def _suspend_once(w: Work, certificate_id: UUID, because: str) -> int:
    standing = w.get_for_change(Standing, certificate_id)
    before = select(JournalEntry.seq).where(
        JournalEntry.subject_kind == Standing.__tablename__,
        JournalEntry.subject_id == certificate_id,
        JournalEntry.act == Act.SUSPEND.value,
        JournalEntry.because == because,
    )
    if standing.status == Status.SUSPENDED.value:
        return _keep_suspended(w, certificate_id, because)
    if standing.status != Status.VALID.value or w.one(before) is not None:
        return 0
    row = w.get(Certificate, certificate_id)
    link = f"/certificates/{certificate_id}"
    subject = f"检疫证明 {row.number} 已自动暂停，货不得启运"
    tell(w, to_organisation=row.organisation_id, kind="recall", subject=subject, body=because)
    tell(w, to_organisation=row.office_id, kind="recall", subject=subject, body=because, link=link)
    tell(w, to_person=row.vet_id, kind="recall", subject=subject, body=because, link=link)
    suspend(w, certificate_id, because)
    return 1


def _keep_suspended(w: Work, certificate_id: UUID, because: str) -> int:
    """Keep what a recall order suspended so, when the order comes to be rejected."""
    undecided = [RecallState.ORDERED.value, RecallState.REJECTED.value]
    held = w.scalars(
        select(RecallHit.id)
        .join(RecallOrder, RecallOrder.id == RecallHit.order_id)
        .where(
            RecallHit.certificate_id == certificate_id,
            RecallHit.was == Status.VALID.value,
            RecallHit.state.in_([HitState.WAITING.value, HitState.SUSPENDED.value]),
            RecallOrder.state.in_(undecided),
        )
    )
    if not held:
        return 0
    w.session.execute(
        update(RecallHit).where(RecallHit.id.in_(held)).values(was=Status.SUSPENDED.value),
        execution_options={"synchronize_session": False},
    )
    row = w.get(Certificate, certificate_id)
    fact = CertificateSuspended(row.number, because)
    w.record(fact, on=row, county=row.county, reason=because)
    return 1
