"""What the sampling sheet says about a sample: read once, when it is sealed."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from aquacert.accounts.queries.people import person_name
from aquacert.declarations.documents import SamplingFacts, sheet_of
from aquacert.declarations.queries.filed import latest, sheet_of_form
from aquacert.declarations.queries.papers import common_facts, time_words, unit_words
from aquacert.declarations.rules.filing import FormKind
from aquacert.kernel.sheets import Sheet
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words
from aquacert.sampling.models import AnySample, Sample
from aquacert.sampling.queries.plans import batch_of
from aquacert.sampling.queries.samples import paper_of, sample, tests_of_sample
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
from labs.register.queries import lab


def sheet_of_sample(look: Look, sample_id: UUID) -> Sheet:
    """Return the filed sheet; a sample older than the filing has one without a number."""
    row = sample(look, sample_id)
    filed = latest(look, FormKind.SAMPLING, row.id)
    if filed is not None:
        return sheet_of_form(filed)
    return sheet_of(FormKind.SAMPLING, sampling_facts(look, row).plain(), "")


def sampling_facts(look: Look, row: Sample) -> SamplingFacts:
    """Return what the sheet says."""
    paper, batch = paper_of(look, row), batch_of(look, row.declaration_id, row.batch_id)
    species = reference.species(look, batch.species_code)
    tenths, kept = row.water_temperature_tenths, row.preservation
    length = "" if row.length_mm is None else f"平均体长 {row.length_mm} 毫米"
    vet = person_name(look, row.taken_by_id) if row.taken_by_id else ""
    return SamplingFacts(
        **common_facts(look, paper, row.taken_at),
        sheet_number=row.sheet_number,
        farm_pond=batch.pond_name,
        species=f"{species.name_zh}（{species.scientific_name}）",
        size="，".join(part for part in (row.life_stage or batch.life_stage, length) if part),
        batch_quantity=in_words(batch.quantity, unit_words(batch.unit)),
        individuals=str(row.individuals),
        live_count="" if row.live_count is None else str(row.live_count),
        pools=pools_of(row),
        matrix=content_of(row),
        preservation=PRESERVATION_WORDS[Preservation(kept)] if kept else "",
        water_temperature="" if tenths is None else f"{tenths / 10:.1f} ℃",
        seal_number=row.seal_number,
        blind_code=row.blind_code,
        plan=plan_sentence(row),
        plan_because=row.plan_because,
        purpose=PURPOSE_WORDS[Purpose(row.purpose)],
        taken=time_words(row.taken_at),
        samplers=f"官方兽医 {vet}、{row.taken_with}",
        lab=lab(look, row.lab_id).name_zh if row.lab_id else "送样时确定",
        warned=_warned(look, row),
        tests=tuple(
            (reference.disease(look, test.disease_code).name_zh, test.method_code or "/")
            for test in tests_of_sample(look, row.id)
        ),
    )


def content_of(row: AnySample) -> str:
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


def pools_of(row: AnySample) -> str:
    """Return how the individuals lie in tubes: 30 × 5."""
    if row.pool_size is None:
        return ""
    return pools_in_words(in_pools(row.individuals, row.pool_size))


def _warned(look: Look, row: Sample) -> str:
    codes = [code for code in row.window_warned.split(",") if code]
    if not codes:
        return ""
    names = "、".join(reference.disease(look, code).name_zh for code in codes)
    return f"提示：抽样时水温不在{names}的发病水温内，阴性结果的把握较小。"
