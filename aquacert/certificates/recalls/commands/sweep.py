"""Suspend by itself: a report turns positive or is withdrawn, a zone comes into force.

The system only stops the goods; whether the certificate is void or recalled is a person's to say,
and what a report stopped only a person makes good again. What a zone alone held is free when the
zone is gone (`zones`). What a person resumed is not suspended for the same reason again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update

from aquacert.accounts.commands import tell
from aquacert.accounts.queries.addressees import people_of_phone, people_with_role
from aquacert.accounts.rules.roles import Role
from aquacert.certificates.log import commands as log
from aquacert.certificates.models import (
    BackingReport,
    Certificate,
    RecallHit,
    RecallOrder,
    Standing,
)
from aquacert.certificates.recalls.commands.zones import settle_each, settle_zone
from aquacert.certificates.rules.grounds import Ground
from aquacert.certificates.rules.recalls import HitState, RecallState
from aquacert.certificates.rules.states import LIVE, Act, Status
from aquacert.certificates.status.commands import CertificateSuspended, suspend
from aquacert.certificates.status.grounds import lay
from aquacert.certificates.status.queries.resting import lent_to, rests_on
from aquacert.declarations.models import Load
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look, Work
from aquacert.reference import queries as reference
from aquacert.sampling.queries import farm_of_sample, sample_id_of
from aquacert.surveillance.models import Zone
from labs.reports.queries import ReportSummary, report_for, report_summary
from labs.reports.rules import MOVES as REPORT_MOVES

POSITIVE, NEGATIVE, AUTHORISED = "positive", "negative", "authorised"
LATELY = timedelta(days=7)
"""For how long a zone that began is looked at again: a worker may have stood still."""


def after_report(database: Database, report_id: UUID) -> int:
    """Suspend every valid certificate that rests on a report; return how many.

    A positive report touches all that cover the batch, and all for which another negative of the
    farm stood in; one that no longer stands those that rest on its sample, and those of the batch that
    were issued since, unless a new negative took its place already (an amendment).
    """
    _await_publications(database)
    with database.look(SYSTEM) as look:
        report = report_summary(look, report_id)
        because = _because_of(look, report)
        sample_id = sample_id_of(look, report.blind_code) if report and because else None
        if report is None or sample_id is None:
            return 0
        hit = rests_on(look, sample_id)
        if str(report.state) == AUTHORISED:
            farm = farm_of_sample(look, sample_id)
            lent = [lent_to(farm, code) for code in _positives(report)] if farm else []
            found = _valid(look, or_(hit, *lent))
        else:
            # Whichever report of the sample it named: a later one may have taken that one's place.
            named = select(BackingReport.certificate_id).where(BackingReport.sample_id == sample_id)
            since = Certificate.issued_at >= _first(look, report).authorised_at
            found = _valid(look, or_(and_(hit, since), Certificate.id.in_(named)))
    return _suspend_all(database, found, because, report_id)


def after_zone(database: Database, zone_id: UUID) -> int:
    """Bring what a zone holds on the road to what it says now; return how many it holds newly."""
    return settle_zone(database, zone_id).held


def after_beginnings(database: Database) -> int:
    """Do so for every zone that began lately, and for every one that holds something.

    No news comes on the day a zone begins, nor on the day after its last.
    """
    with database.look(SYSTEM) as look:
        began = look.scalars(
            select(Zone.id).where(
                Zone.lifted_at.is_(None),
                Zone.from_on <= look.today,
                Zone.from_on > look.today - LATELY,
            )
        )
    return settle_each(database, began).held


def _await_publications(database: Database) -> None:
    """Let certificates that are being published come into sight before they are looked for."""
    with database.work(SYSTEM) as w:
        log.await_others(w)


def _because_of(look: Look, report: ReportSummary | None) -> str:
    if report is None:
        return ""
    if str(report.state) != AUTHORISED:
        if _answered(look, report):
            return ""
        return f"检测报告 {report.number} {REPORT_MOVES.words[report.state]}，自动暂停"
    names = [line.disease_name for line in report.lines if str(line.outcome) == POSITIVE]
    return f"检测报告 {report.number} {'、'.join(names)}阳性，自动暂停" if names else ""


def _positives(report: ReportSummary) -> list[str]:
    return [line.disease_code for line in report.lines if str(line.outcome) == POSITIVE]


def _first(look: Look, report: ReportSummary) -> ReportSummary:
    """Return the first report on the sample: this one, or what it and others before it replaced."""
    found = report
    while found.supersedes_id is not None:
        older = report_summary(look, found.supersedes_id)
        if older is None:
            break
        found = older
    return found


def _answered(look: Look, report: ReportSummary) -> bool:
    """Say whether a report that stands now is negative for everything that this one said."""
    now = report_for(look, report.blind_code)
    if now is None or str(now.state) != AUTHORISED:
        return False
    negative = {line.disease_code for line in now.lines if str(line.outcome) == NEGATIVE}
    return {line.disease_code for line in report.lines} <= negative


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


def _suspend_all(database: Database, found: Iterable[UUID], because: str, report_id: UUID) -> int:
    """Suspend one after another, each in a short act of its own; those done already are passed."""
    done = 0
    for certificate_id in found:
        with database.work(SYSTEM) as w:
            done += _suspend_once(w, certificate_id, because, report_id)
    return done


def _suspend_once(w: Work, certificate_id: UUID, because: str, report_id: UUID) -> int:
    standing = w.get_for_change(Standing, certificate_id)
    before = select(JournalEntry.seq).where(
        JournalEntry.subject_kind == Standing.__tablename__,
        JournalEntry.subject_id == certificate_id,
        JournalEntry.act == Act.SUSPEND.value,
        JournalEntry.because == because,
    )
    if standing.status == Status.SUSPENDED.value:
        lay(w, certificate_id, Ground.REPORT, report_id, because)
        return _keep_suspended(w, certificate_id, because) or _add_reason(w, standing, because)
    if standing.status != Status.VALID.value or w.one(before) is not None:
        return 0
    row = w.get(Certificate, certificate_id)
    _tell_all(w, row, f"检疫证明 {row.number} 已自动暂停，货不得启运", because)
    lay(w, certificate_id, Ground.REPORT, report_id, because)
    suspend(w, certificate_id, because)
    return 1


def _add_reason(w: Work, standing: Standing, because: str) -> int:
    """Write a further reason down on what the system suspended already, and tell it, once."""
    if standing.changed_by_id is not None or because in standing.because:
        return 0
    standing.because = f"{standing.because}；{because}"
    row = w.get(Certificate, standing.id)
    fact = CertificateSuspended(row.number, because)
    w.record(fact, on=row, county=row.county, reason=because)
    _tell_all(w, row, f"已暂停的检疫证明 {row.number} 又有新情况", because)
    return 1


def _tell_all(w: Work, row: Certificate, subject: str, because: str) -> None:
    """Tell holder, office, vet, consignee, and the checkpoints of both ends and all above them."""
    link = f"/certificates/{row.id}"
    tell(w, to_organisation=row.organisation_id, kind="recall", subject=subject, body=because)
    tell(w, to_organisation=row.office_id, kind="recall", subject=subject, body=because, link=link)
    phone = w.one(select(Load.consignee_phone_index).where(Load.id == row.load_id))
    places = {
        step.code
        for code in (row.origin_code, row.destination_code)
        for step in reference.division_path(w, code)
    }
    officers = people_with_role(w, Role.CHECKPOINT_OFFICER, places)
    for person_id in dict.fromkeys([row.vet_id, *officers]):
        tell(w, to_person=person_id, kind="recall", subject=subject, body=because, link=link)
    for person_id in people_of_phone(w, phone):
        tell(w, to_person=person_id, kind="recall", subject=subject, body=because)


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
