"""Doors of the reports that are there: the list, one report with its versions, its files."""

import io
from uuid import UUID

from flask import request, send_file
from flask.typing import ResponseReturnValue

from aquacert.accounts.queries.people import person_label
from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.bench.rules import OUTCOME_WORDS
from labs.reports import queries
from labs.reports.models import Report
from labs.reports.rules import ACT_WORDS, MEANINGS, MOVES, ReportAct, ReportState
from labs.reports.views.blueprint import bp


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """Reports, newest first."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    with look() as unit:
        found = unit.pages(queries.reports(unit, words), number)
        return page(
            "labs/reports.html", pages=found, q=words, words=MOVES.words, outcomes=OUTCOME_WORDS
        )


@bp.get("/<uuid:report_id>")
@allowed(P.LAB_READ)
def show(report_id: UUID) -> ResponseReturnValue:
    """One report as it was authorised, with its versions and what may be done to it."""
    with look() as unit:
        row = queries.report(unit, report_id)
        hand, ended_by = row.authorised_by_id, row.withdrawn_by_id
        return page(
            "labs/report.html",
            report=row,
            content=row.content,
            authoriser=person_label(unit, hand) if hand else "",
            ended_by=person_label(unit, ended_by) if ended_by else "",
            older=unit.session.get(Report, row.supersedes_id) if row.supersedes_id else None,
            newer=queries.successor_of(unit, row),
            signature=queries.signature_of(unit, row.id),
            files=queries.made_files(unit, row),
            waiting=queries.open_ask(unit, row.id),
            is_standing=row.standing == ReportState.AUTHORISED,
            words=MOVES.words,
            outcomes=OUTCOME_WORDS,
            acts=[(act, ACT_WORDS[act], MEANINGS[act]) for act in ReportAct],
        )


@bp.get("/<uuid:report_id>.docx")
@allowed(P.LAB_READ)
def docx(report_id: UUID) -> ResponseReturnValue:
    """The report as a Word file."""
    return _file(report_id, queries.DOCX)


@bp.get("/<uuid:report_id>.pdf")
@allowed(P.LAB_READ)
def pdf(report_id: UUID) -> ResponseReturnValue:
    """The report as PDF: signed while it stands, a marked copy afterwards; `?signed=1` gives the signed file."""
    return _file(report_id, queries.PDF)


def _file(report_id: UUID, media_type: str) -> ResponseReturnValue:
    as_signed = request.args.get("signed") == "1"
    with look() as unit:
        held = queries.report(unit, report_id).id
        name, data = queries.report_file(unit, held, media_type, as_signed=as_signed)
    return send_file(io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
