"""Doors of the papers: sampling sheet, annex, manifest."""

from __future__ import annotations

import io
from decimal import Decimal
from uuid import UUID

from flask import redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, house, look
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words
from aquacert.sampling import queries
from aquacert.sampling.documents import (
    AnnexFacts,
    ManifestFacts,
    ManifestLine,
    SheetFacts,
    annex,
    manifest,
    sampling_sheet,
)
from aquacert.sampling.models import Sample, SampleDispatch, SelfTest
from aquacert.sampling.queries.annexes import annex_of_sample
from aquacert.sampling.queries.own import box_of, in_box
from aquacert.sampling.queries.plans import batch_of
from aquacert.sampling.rules import (
    BASIS_WORDS,
    MATRIX_WORDS,
    PRESERVATION_WORDS,
    PURPOSE_WORDS,
    TISSUE_WORDS,
    Basis,
    Matrix,
    Preservation,
    Purpose,
    Tissue,
    in_pools,
)
from aquacert.sampling.rules import in_words as pools_in_words
from aquacert.sampling.rules.size import chance, diseased
from aquacert.sampling.views.blueprint import OUTCOME_WORDS, bp
from labs.intake.rules import CARRIER_WORDS, Carrier
from labs.register.queries import lab


@bp.get("/samples/<uuid:sample_id>/sheet.docx")
@allowed(P.SAMPLE_READ)
def sheet(sample_id: UUID) -> ResponseReturnValue:
    """The sampling sheet 抽样单."""
    with look() as unit:
        data = sampling_sheet(_sheet_facts(unit, queries.sample(unit, sample_id)))
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


def content_of(row: Sample | SelfTest) -> str:
    """Return what is in the tube, in words."""
    if row.tissue:
        return TISSUE_WORDS[Tissue(row.tissue)]
    return MATRIX_WORDS[Matrix(row.matrix)] if isinstance(row, Sample) else ""


def plan_sentence(row: Sample) -> str:
    """Return what a sample's plan rests on and what it achieves; empty for older rows."""
    if row.population is None or row.prevalence_tenths is None or row.pool_size is None:
        return ""
    share = row.prevalence_tenths / 10
    infected = diseased(row.population, _share(row.prevalence_tenths, 10))
    seen = _share(row.sensitivity_thousandths or 1000, 1000)
    found = chance(row.population, infected, in_pools(row.individuals, row.pool_size), seen)
    basis = BASIS_WORDS[Basis(row.plan_basis)]
    version = f"（SC/T 7103-2008，表 {row.plan_version} 版，待核实）" if row.plan_version else ""
    return (
        f"{basis}{version}：规则要 {row.planned}，实抽 {row.individuals}；"
        f"能以 {int(found * 1000) / 10:.1f}% 的把握发现 {share:g}% 以上的感染"
    )


def _share(value: int, parts: int) -> Decimal:
    return Decimal(value) / parts


def _sheet_facts(unit: Look, row: Sample) -> SheetFacts:
    paper = queries.paper_of(unit, row)
    batch = batch_of(unit, row.declaration_id, row.batch_id)
    species = reference.species(unit, batch.species_code)
    tests = queries.tests_of_sample(unit, row.id)
    tenths = row.water_temperature_tenths
    kept = row.preservation
    return SheetFacts(
        number=row.sheet_number,
        declaration_no=paper.number or "",
        farm=paper.hatchery_name,
        pond=batch.pond_name,
        species=species.name_zh,
        latin=species.scientific_name,
        stage=row.life_stage or batch.life_stage,
        batch_quantity=in_words(batch.quantity, batch.unit),
        individuals=row.individuals,
        matrix=content_of(row),
        water_temperature="" if tenths is None else f"{tenths / 10:.1f} ℃",
        seal_number=row.seal_number,
        blind_code=row.blind_code,
        diseases=[
            (reference.disease(unit, test.disease_code).name_zh, test.method_code or "")
            for test in tests
        ],
        taken_at=row.taken_at,
        samplers=f"官方兽医、{row.taken_with}",
        lab=lab(unit, row.lab_id).name_zh if row.lab_id else "",
        is_demo=house().settings.is_demo,
        length="" if row.length_mm is None else f"平均体长 {row.length_mm} 毫米",
        pools=_pools(row),
        preservation=PRESERVATION_WORDS[Preservation(kept)] if kept else "",
        live_count="" if row.live_count is None else str(row.live_count),
        plan=plan_sentence(row),
        plan_because=row.plan_because,
        warned=_warned(unit, row),
        purpose=PURPOSE_WORDS[Purpose(row.purpose)],
        photos=f"{len(unit.files_of(row))} 张",
    )


def _pools(row: Sample | SelfTest) -> str:
    if row.pool_size is None:
        return ""
    return pools_in_words(in_pools(row.individuals, row.pool_size))


def _warned(unit: Look, row: Sample) -> str:
    names = [reference.disease(unit, code).name_zh for code in row.window_warned.split(",") if code]
    return (
        f"提示：抽样时水温不在{'、'.join(names)}的发病水温内，阴性结果的把握较小。" if names else ""
    )


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


def _manifest_line(unit: Look, row: Sample | SelfTest) -> ManifestLine:
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
        pools=_pools(row),
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
