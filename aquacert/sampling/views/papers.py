"""Doors of the papers: sampling sheet, annex, manifest."""

from __future__ import annotations

import io
from uuid import UUID

from flask import redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, house, look
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.sheetdocx import docx_of
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words
from aquacert.sampling import queries
from aquacert.sampling.documents import (
    AnnexFacts,
    ManifestFacts,
    ManifestLine,
    annex,
    manifest,
)
from aquacert.sampling.models import AnySample, Sample, SampleDispatch
from aquacert.sampling.queries.annexes import annex_of_sample
from aquacert.sampling.queries.own import box_of, in_box
from aquacert.sampling.queries.plans import batch_of
from aquacert.sampling.queries.sheets import content_of, pools_of
from aquacert.sampling.rules import PRESERVATION_WORDS, Preservation
from aquacert.sampling.views.blueprint import OUTCOME_WORDS, bp
from labs.intake.rules import CARRIER_WORDS, Carrier
from labs.register.queries import lab


@bp.get("/samples/<uuid:sample_id>/sheet.docx")
@allowed(P.SAMPLE_READ)
def sheet(sample_id: UUID) -> ResponseReturnValue:
    """The sampling sheet 抽样单."""
    with look() as unit:
        data = docx_of(queries.sheet_of_sample(unit, sample_id))
    return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{_('抽样单')}.docx")


@bp.get("/samples/<uuid:sample_id>/annex.docx")
@allowed(P.SAMPLE_READ)
def annex_docx(sample_id: UUID) -> ResponseReturnValue:
    """The annex that names the batch of a released report: the signed one where there is one."""
    with look() as unit:
        row = annex_of_sample(unit, sample_id)
        if row is not None:
            return redirect(url_for(".annex_paper", annex_id=row.id))
        data = annex(_annex_facts(unit, queries.sample(unit, sample_id)))
    return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{_('批次附页')}.docx")


@bp.get("/boxes/<uuid:dispatch_id>/manifest.docx")
@allowed(P.SAMPLE_READ, P.SELF_TEST_KEEP)
def manifest_docx(dispatch_id: UUID) -> ResponseReturnValue:
    """The manifest that lies in a box."""
    with look() as unit:
        data = manifest(_manifest_facts(unit, box_of(unit, dispatch_id)))
    return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{_('送样清单')}.docx")


def _manifest_facts(unit: Look, box: SampleDispatch) -> ManifestFacts:
    rows = in_box(unit, box)
    kept = {PRESERVATION_WORDS[Preservation(r.preservation)] for r in rows if r.preservation}
    return ManifestFacts(
        box_number=box.box_number,
        lab=lab(unit, box.lab_id).name_zh,
        carrier=CARRIER_WORDS[Carrier(box.carrier)],
        preservation="、".join(sorted(kept)),
        sent_at=box.sent_at,
        expected_at=box.expected_at,
        lines=[_manifest_line(unit, row) for row in rows],
        is_demo=house().settings.is_demo,
    )


def _manifest_line(unit: Look, row: AnySample) -> ManifestLine:
    if isinstance(row, Sample):
        species_code = batch_of(unit, row.declaration_id, row.batch_id).species_code
        codes = [test.disease_code for test in queries.tests_of_sample(unit, row.id)]
    else:
        species_code, codes = row.species_code, [row.disease_code]
    return ManifestLine(
        blind_code=row.blind_code,
        species=reference.species(unit, species_code).name_zh,
        matrix=content_of(row),
        individuals=row.individuals,
        pools=pools_of(row),
        sampled_on=legal_day(row.taken_at).isoformat(),
        diseases="、".join(reference.disease(unit, code).name_zh for code in codes),
    )


def _annex_facts(unit: Look, row: Sample) -> AnnexFacts:
    report = queries.report_of(unit, row.id)
    if report is None:
        raise NotFound("这份样品还没有检测报告。")
    paper, batch = queries.paper_of(unit, row), batch_of(unit, row.declaration_id, row.batch_id)
    return AnnexFacts(
        report_no=report.number,
        lab=report.lab_name,
        blind_code=row.blind_code,
        sheet_number=row.sheet_number,
        seal_number=row.seal_number,
        declaration_no=paper.number or "",
        farm=paper.hatchery_name,
        batch=f"第 {batch.number} 批 {batch.species_name} {in_words(batch.quantity, batch.unit)}",
        lines=[
            (line.disease_name, line.method_code, OUTCOME_WORDS[str(line.outcome)])
            for line in report.lines
        ],
        is_demo=house().settings.is_demo,
    )
