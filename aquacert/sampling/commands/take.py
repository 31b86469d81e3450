"""Take and seal a sample: by the plan of the rules, or another one with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.commands.filing import file_form
from aquacert.declarations.models import Declaration
from aquacert.declarations.rules.filing import FormKind
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.sampling.commands.custody import note_taken
from aquacert.sampling.commands.facts import SampleTaken
from aquacert.sampling.commands.labels import fresh_code
from aquacert.sampling.commands.orders import locked_paper
from aquacert.sampling.models import OrderedTest, Sample
from aquacert.sampling.queries import needs_sample, ordered, samples_of
from aquacert.sampling.queries.plans import Wish, batch_of, plan_of, unknown_for, warned_of
from aquacert.sampling.queries.sheets import sampling_facts
from aquacert.sampling.rules import (
    COARSE,
    CONFIDENCE,
    PREVALENCES,
    TISSUE_WORDS,
    Because,
    Design,
    Matrix,
    Preservation,
    Purpose,
    State,
    Tissue,
)
from labs.custody.commands import new_salt

MOST_INDIVIDUALS = 10_000
"""More in one sample is a slip of the hand: the largest number of the table is 150."""


@dataclass(frozen=True)
class Taking:
    """What the vet adds beyond the bare minimum. Lengths in mm, shares in percent."""

    wish: Wish = field(default_factory=Wish)
    because: str = ""
    """Why another number, or larger pools, than the rules ask for."""
    tissue: Tissue | None = None
    life_stage: str = ""
    length_mm: int | None = None
    live_count: int | None = None
    preservation: Preservation = Preservation.ICE
    label: str = ""
    label_again: str = ""


def take_sample(
    w: Work,
    declaration_id: UUID,
    batch_id: UUID,
    *,
    individuals: int,
    seal_number: str,
    taken_with: str,
    matrix: Matrix | None = None,
    water_temperature: Decimal | None = None,
    more: Taking | None = None,
) -> UUID:
    """Take and seal one sample for every ordered, untaken test of the batch; return its id."""
    more = more or Taking()
    paper = locked_paper(w, declaration_id)
    rows = [row for row in ordered(w, batch_id) if needs_sample(w, row)]
    if not rows:
        raise NotAllowedNow("这一批没有等着抽样的检测项目。")
    _must_be_whole(individuals, seal_number, taken_with)
    plan = _judged(w, declaration_id, batch_id, individuals, more)
    codes = [test.disease_code for test in rows]
    _must_fit(w, declaration_id, batch_id, codes, more)
    warned = [w_.disease_code for w_ in warned_of(codes, water_temperature, w.today)]
    scans = (more.label, more.label_again)
    code, scanned = fresh_code(w, scans, {paper.office_id, *w.actor.scope.organisation_ids})
    row = _row(w, paper, batch_id, plan, more)
    row.seal_number = _unused_seal(w, seal_number.strip())
    row.blind_code = code
    row.label_scanned_at = w.now if scanned else None
    row.matrix = (COARSE[more.tissue] if more.tissue else matrix or Matrix.WHOLE).value
    row.taken_with = taken_with.strip()
    row.window_warned = ",".join(warned)
    row.purpose = _purpose(rows).value
    if water_temperature is not None:
        row.water_temperature_tenths = round(water_temperature * 10)
    w.add(row)
    for test in rows:
        test.sample_id = row.id
    fact = SampleTaken(
        sheet_number=row.sheet_number,
        seal_number=row.seal_number,
        individuals=individuals,
        diseases=codes,
        planned=plan.number.individuals,
        because=row.plan_because,
        warned=warned,
        label_scanned=scanned,
    )
    _put_on_record(w, row, fact)
    return row.id


def _put_on_record(w: Work, row: Sample, fact: SampleTaken) -> None:
    """Begin the chain of custody, write the fact, and file the sampling sheet (抽样单)."""
    note_taken(w, row)
    w.record(fact, on=row, county=row.origin_code)
    file_form(
        w,
        kind=FormKind.SAMPLING,
        declaration_id=row.declaration_id,
        subject_id=row.id,
        facts=sampling_facts(w, row),
    )


def _must_be_whole(individuals: int, seal_number: str, taken_with: str) -> None:
    """Refuse what no sample can be without."""
    if individuals <= 0:
        raise Invalid("抽样数至少为 1。", individuals="整数，例如 150")
    if not seal_number.strip():
        raise Invalid("请写封样号。", seal_number="照封签上的号码写")
    if not taken_with.strip():
        raise Invalid("抽样要两人在场。", taken_with="写明另一位抽样人的岗位")


def _must_fit(
    w: Work, declaration_id: UUID, batch_id: UUID, codes: list[str], more: Taking
) -> None:
    """Ask why a tissue is taken that no rule takes for a disease (water for WSD)."""
    if more.tissue is None or more.because.strip():
        return
    species = batch_of(w, declaration_id, batch_id).species_code
    odd = unknown_for(w, species, more.tissue, codes)
    if odd:
        names = "、".join(reference.disease(w, code).name_zh for code in odd)
        word = TISSUE_WORDS[more.tissue]
        raise Invalid(
            f"采样规则没有用{word}检{names}的，要写明为什么。",
            tissue="规则里没有",
            because="写明为什么用这种样品",
        )


def _judged(
    w: Work, declaration_id: UUID, batch_id: UUID, individuals: int, more: Taking
) -> Design:
    """Return the plan; fewer than the rules ask, or larger pools than allowed, need a reason."""
    if individuals > MOST_INDIVIDUALS:
        raise Invalid("抽样数太大了。", individuals=f"一份样品最多 {MOST_INDIVIDUALS}")
    plan = plan_of(w, declaration_id, batch_id, more.wish, individuals)
    if individuals > plan.population:
        raise Invalid("抽样数比整批还多。", individuals=f"这一批只有 {plan.population}")
    if more.live_count is not None and not 0 <= more.live_count <= individuals:
        raise Invalid("活的不能比抽的多。", live_count=f"0 到 {individuals} 之间")
    said = more.because.strip()
    if plan.is_weaker and not said:
        sentence = f"假定染病比例高于 {PREVALENCES[-1]}%，或把握低于 {CONFIDENCE}%，要写明为什么。"
        raise Invalid(sentence, because="写明为什么放宽")
    if not plan.is_enough and not said:
        wanted = plan.number.individuals
        sentence = f"规则要求抽 {wanted}，只抽 {individuals} 要写明为什么。"
        raise Invalid(sentence, because="写明为什么少抽")
    if plan.pools[0] > plan.pool_most and not said:
        sentence = f"每管最多 {plan.pool_most} 个，要多放须写明为什么。"
        raise Invalid(sentence, pool_size=f"最多 {plan.pool_most}", because="写明为什么")
    return plan


def _row(w: Work, paper: Declaration, batch_id: UUID, plan: Design, more: Taking) -> Sample:
    """Return the sample as far as declaration and plan fill it."""
    number = len(samples_of(w, paper.id)) + 1
    return Sample(
        id=w.new_id(),
        declaration_id=paper.id,
        batch_id=batch_id,
        origin_code=paper.origin_code,
        office_id=paper.office_id,
        organisation_id=paper.organisation_id,
        vet_id=paper.vet_id,
        number=number,
        sheet_number=f"{paper.number}-S{number}",
        individuals=plan.individuals,
        taken_at=w.now,
        taken_by_id=w.actor.person_id,
        state=State.TAKEN.value,
        life_stage=more.life_stage.strip(),
        length_mm=more.length_mm,
        tissue=more.tissue.value if more.tissue else "",
        live_count=more.live_count,
        preservation=more.preservation.value,
        pool_size=plan.pools[0],
        pools=len(plan.pools),
        population=plan.population,
        prevalence_tenths=round(plan.prevalence * 10),
        confidence_tenths=round(plan.confidence * 10),
        sensitivity_thousandths=round(plan.sensitivity * 1000),
        specificity_thousandths=round(plan.specificity * 1000),
        planned=plan.number.individuals,
        plan_basis=plan.basis.value,
        plan_version=plan.number.version,
        plan_because=more.because.strip(),
        custody_salt=new_salt(),
    )


def _purpose(rows: list[OrderedTest]) -> Purpose:
    """A sample that only the province's plan asked for is the plan's."""
    return Purpose.PLAN if {r.because for r in rows} == {Because.PLAN.value} else Purpose.OFFICIAL


def _unused_seal(w: Work, seal_number: str) -> str:
    if w.one(select(Sample.id).where(Sample.seal_number == seal_number)) is not None:
        raise Invalid("这个封样号用过了。", seal_number="封签只能用一次，请核对号码")
    return seal_number
