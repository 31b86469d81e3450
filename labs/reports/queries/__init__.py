"""Reports for the laboratory, and for whoever knows a blind code."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.work import Look
from labs.bench.models import Result
from labs.bench.rules import Outcome, ResultState
from labs.intake.models import AssayOrder, Item
from labs.intake.rules import ItemState, blind_code
from labs.reports.models import Report, ReportSignature
from labs.reports.queries.drafts import (
    Draft,
    digest_of,
    draft_report,
    last_ended,
    next_place,
    next_place_of_version,
)
from labs.reports.queries.files import (
    DOCX,
    PDF,
    draft_pdf,
    facts_of_report,
    made_files,
    report_file,
    signature_of,
    signers_of,
)
from labs.reports.queries.gathering import replaces, statement_of
from labs.reports.queries.public import PublicReport, public_report
from labs.reports.queries.touched import Touched, open_ask, touched
from labs.reports.rules import ReportState
from labs.turnaround.models import OrderClock

__all__ = [
    "DOCX",
    "PDF",
    "Draft",
    "PublicReport",
    "ReportLine",
    "ReportSummary",
    "Touched",
    "digest_of",
    "draft_pdf",
    "draft_report",
    "facts_of_report",
    "last_ended",
    "made_files",
    "next_place",
    "next_place_of_version",
    "open_ask",
    "public_report",
    "ready_items",
    "replaces",
    "report",
    "report_file",
    "report_for",
    "report_summary",
    "reports",
    "signature_of",
    "signers_of",
    "statement_of",
    "successor_of",
    "summary_of",
    "touched",
    "unsigned_reports",
]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One test of a report, as the farm side may read it. `cq` is text: 无 = nothing detected."""

    disease_code: str
    disease_name: str
    method_code: str
    method_standard: str
    outcome: Outcome
    cq: str
    tested_on: str


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A report under its blind code. `state` tells whether it still stands."""

    report_id: UUID
    number: str
    lab_id: UUID
    lab_name: str
    blind_code: str
    lines: tuple[ReportLine, ...]
    authorised_at: datetime
    state: ReportState
    digest: str
    withdrawn_because: str
    version: int = 1
    public_id: str = ""
    """of the page /r/<public_id>; empty for reports from before there was one"""
    supersedes_id: UUID | None = None


def report(look: Look, report_id: UUID) -> Report:
    """Return a report of this actor's laboratory or raise `NotFound`."""
    return look.get(Report, report_id)


def reports(look: Look, words: str = "", state: ReportState | None = None) -> Select[Report]:
    """Select the reports of this actor's laboratory, newest first."""
    wanted = select(Report).where(look.visible(Report))
    if words.strip():
        wanted = wanted.where(look.matching(Report, words))
    if state is not None:
        wanted = wanted.where(Report.standing == state)
    return wanted.order_by(Report.authorised_at.desc(), Report.id.desc())


def report_for(look: Look, code: str) -> ReportSummary | None:
    """Return the standing report on a blind code, else the last one that ended, else None.

    The blind code is the sender's own secret link to the sample, so no row scope applies.
    """
    found = blind_code(code)
    if found is None:
        return None
    newest = (Report.authorised_at.desc(), Report.version.desc(), Report.id.desc())
    rows = look.scalars(select(Report).where(Report.blind_code == found).order_by(*newest))
    rows.sort(key=lambda row: row.standing != ReportState.AUTHORISED)
    return summary_of(rows[0]) if rows else None


def report_summary(look: Look, report_id: UUID) -> ReportSummary | None:
    """Return a report by its id, for news that names it; None when there is none."""
    row = look.session.get(Report, report_id)
    return None if row is None else summary_of(row)


def reports_numbered(look: Look, number: str) -> list[ReportSummary]:
    """Return every report of this number, whichever laboratory and state: numbers are per laboratory."""
    rows = look.scalars(select(Report).where(Report.number == number.strip()).order_by(Report.id))
    return [summary_of(row) for row in rows]


def summary_of(row: Report) -> ReportSummary:
    """Return the farm side's view of a report."""
    lines = tuple(
        ReportLine(
            disease_code=line["disease_code"],
            disease_name=line["disease_name"],
            method_code=line["method_code"],
            method_standard=line["method_standard"],
            outcome=Outcome(line["outcome"]),
            cq=line["cq"],
            tested_on=line["tested_on"],
        )
        for line in row.content["lines"]
    )
    return ReportSummary(
        report_id=row.id,
        number=row.number,
        lab_id=row.lab_id,
        lab_name=row.content["lab_name"],
        blind_code=row.blind_code,
        lines=lines,
        authorised_at=row.authorised_at,
        state=ReportState(row.standing),
        digest=row.digest,
        withdrawn_because=row.withdrawn_because,
        version=row.version,
        public_id=row.public_id or "",
        supersedes_id=row.supersedes_id,
    )


def successor_of(look: Look, row: Report) -> Report | None:
    """Return the report that replaced this one, or None."""
    return look.one(select(Report).where(Report.supersedes_id == row.id).order_by(Report.id.desc()))


def unsigned_reports(look: Look) -> list[UUID]:
    """Return every report that waits for the laboratory's signature, oldest first."""
    signed = select(ReportSignature.report_id)
    return look.scalars(
        select(Report.id)
        .where(Report.record.is_not(None), Report.id.not_in(signed))
        .order_by(Report.id)
    )


def ready_items(look: Look, words: str = "") -> Select[Item]:
    """Select the received items every ordered test of which has a verified result, the first due first."""
    verified = select(Result.order_id).where(Result.state == ResultState.VERIFIED)
    still_open = select(AssayOrder.item_id).where(AssayOrder.id.not_in(verified))
    wanted = select(Item).where(
        look.visible(Item),
        Item.kind == "sample",
        Item.state == ItemState.RECEIVED,
        Item.id.not_in(still_open),
    )
    if words.strip():
        wanted = wanted.where(look.matching(Item, words))
    due = select(func.min(OrderClock.due_at)).where(OrderClock.item_id == Item.id).scalar_subquery()
    return wanted.order_by(due.is_(None), due, Item.received_at, Item.id)
