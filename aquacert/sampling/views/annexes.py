"""Doors for everybody who has a part in a declaration, the farm first: progress and signed annexes."""

from __future__ import annotations

import io
from uuid import UUID

from flask import send_file
from flask.typing import ResponseReturnValue

from aquacert.declarations.queries import facts as papers
from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.sampling import queries
from aquacert.sampling.models import SampleAnnex
from aquacert.sampling.queries.annexes import annex_row, annexes_of
from aquacert.sampling.rules import STAGE_WORDS
from aquacert.sampling.views.blueprint import OUTCOME_WORDS, bp

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COSE = "application/cose"


@bp.get("/<uuid:declaration_id>/progress")
@allowed(P.SAMPLE_READ, P.DECLARATION_READ)
def progress(declaration_id: UUID) -> ResponseReturnValue:
    """How far the tests of a declaration are, in words for the farm; its annexes."""
    with look() as unit:
        paper = papers.declaration(unit, declaration_id)
        return page(
            "sampling/progress.html",
            paper=paper,
            lines=queries.batch_tests(unit, declaration_id),
            annexes=annexes_of(unit, declaration_id),
            stages=STAGE_WORDS,
            outcomes=OUTCOME_WORDS,
        )


@bp.get("/annexes/<uuid:annex_id>.docx")
@allowed(P.SAMPLE_READ, P.DECLARATION_READ)
def annex_paper(annex_id: UUID) -> ResponseReturnValue:
    """The annex on paper, as it was made."""
    with look() as unit:
        row = annex_row(unit, annex_id)
        data = _stored(unit, row)
    return send_file(
        io.BytesIO(data),
        mimetype=DOCX,
        as_attachment=True,
        download_name=f"{row.report_no}-附页.docx",
    )


@bp.get("/annexes/<uuid:annex_id>.cose")
@allowed(P.SAMPLE_READ, P.DECLARATION_READ)
def annex_signed(annex_id: UUID) -> ResponseReturnValue:
    """The signed form of the annex: a COSE_Sign1 whose payload is everything the paper says."""
    with look() as unit:
        row = annex_row(unit, annex_id)
    return send_file(
        io.BytesIO(row.cose),
        mimetype=COSE,
        as_attachment=True,
        download_name=f"{row.report_no}-附页.cose",
    )


def _stored(unit: Look, row: SampleAnnex) -> bytes:
    files = unit.files_of(row)
    if not files:
        raise NotFound
    return unit.read_file(files[-1])
