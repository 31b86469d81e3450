"""Reports for the laboratory, and for whoever knows a blind code."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.accounts.queries.people import person_label, person_name
from aquacert.kernel.work import Look
from labs.bench.models import Result
from labs.bench.queries import needed
from labs.bench.rules import Outcome, ResultState
from labs.intake.models import AssayOrder, Item
from labs.intake.rules import ItemState, blind_code
from labs.reports.documents import report_docx
from labs.reports.models import Report
from labs.reports.queries.drafts import (
    Draft,
    digest_of,
    draft_report,
    last_withdrawn,
    next_place,
)
from labs.reports.rules import ReportState

__all__ = [
    "Draft",
    "ReportLine",
    "ReportSummary",
    "digest_of",
    "draft_report",
    "last_withdrawn",
    "next_place",
    "ready_items",
    "report",
    "report_file",
    "report_for",
    "report_summary",
    "reports",
    "signers_of",
    "summary_of",
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


def report(look: Look, report_id: UUID) -> Report:
    """Return a report of this actor's laboratory or raise `NotFound`."""
    return look.get(Report, report_id)


def reports(look: Look, words: str = "", state: ReportState | None = None) -> Select[Report]:
    """Select the reports of this actor's laboratory, newest first."""
    wanted = select(Report).where(look.visible(Report))
    if words.strip():
        wanted = wanted.where(look.matching(Report, words))
    if state is not None:
        wanted = wanted.where(Report.state == state)
    return wanted.order_by(Report.authorised_at.desc(), Report.id.desc())


def report_for(look: Look, code: str) -> ReportSummary | None:
    """Return the standing report on a blind code, else the last withdrawn one, else None.

    The blind code is the sender's own secret link to the sample, so no row scope applies.
    """
    found = blind_code(code)
    if found is None:
        return None
    rows = look.scalars(select(Report).where(Report.blind_code == found).order_by(Report.id.desc()))
    rows.sort(key=lambda row: row.state != ReportState.AUTHORISED)
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
        state=ReportState(row.state),
        digest=row.digest,
        withdrawn_because=row.withdrawn_because,
    )


def signers_of(look: Look, row: Report) -> dict[str, str]:
    """Return who tested, verified and authorised, with the names that the printed report carries.

    Names lie encrypted with their person and are read when a report is printed; its content holds none.
    """
    ids = [UUID(line["result_id"]) for line in row.content["lines"]]
    results = look.scalars(select(Result).where(Result.id.in_(ids)).order_by(Result.id))
    hands: dict[str, list[UUID | None]] = {
        "enterer": [r.entered_by_id for r in results],
        "verifier": [r.verified_by_id for r in results],
        "authoriser": [row.authorised_by_id],
    }
    return {
        hand: "、".join(
            f"{person_name(look, person)}（{person_label(look, person)}）"
            for person in dict.fromkeys(people)
            if person is not None
        )
        for hand, people in hands.items()
    }


def report_file(look: Look, report_id: UUID) -> tuple[str, bytes]:
    """Return a report's file name and its .docx bytes; raise `NotFound` for an unknown id.

    For rooms that hold a report's id by their own right (the sampling side); the laboratory's doors ask `report` first.
    """
    row = needed(look, Report, report_id)
    data = report_docx(
        row.content,
        row.digest,
        is_demo=look.settings.is_demo,
        withdrawn_because=row.withdrawn_because,
        signers=signers_of(look, row),
    )
    return f"{row.number}.docx", data


def ready_items(look: Look, words: str = "") -> Select[Item]:
    """Select the received items every ordered test of which has a verified result, oldest first."""
    verified = select(Result.order_id).where(Result.state == ResultState.VERIFIED)
    still_open = select(AssayOrder.item_id).where(AssayOrder.id.not_in(verified))
    wanted = select(Item).where(
        look.visible(Item), Item.state == ItemState.RECEIVED, Item.id.not_in(still_open)
    )
    if words.strip():
        wanted = wanted.where(look.matching(Item, words))
    return wanted.order_by(Item.received_at, Item.id)
