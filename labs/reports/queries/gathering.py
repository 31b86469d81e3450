"""Gathering what a report says from the item, its results, its runs and what the laboratory stated."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.people import person_label
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference.queries import disease, division
from labs.bench.models import BenchRun, Result
from labs.bench.queries import needed, wells_of_results
from labs.intake.models import Item
from labs.intake.rules import CONDITION_WORDS, Condition
from labs.pools.queries import PoolLine, by_pool
from labs.register.models import Calibration, Instrument, KitLot, Laboratory, LabScope
from labs.register.queries import accreditations_of
from labs.register.rules.sending import AccreditationKind
from labs.reports import rules
from labs.reports.models import Report, ReportStatement
from labs.reports.rules import MOVES, Content, ContentLine, ReportState


def statement_of(look: Look, item_id: UUID) -> ReportStatement | None:
    """Return what the laboratory last stated about an item, or None."""
    return look.one(
        select(ReportStatement)
        .where(ReportStatement.item_id == item_id)
        .order_by(ReportStatement.id.desc())
    )


def content_of(
    look: Look,
    item: Item,
    lab: Laboratory,
    results: Sequence[Result],
    number: str,
    old: Report | None,
) -> Content:
    """Gather what the report says; `old` is the ended report that it replaces."""
    said = statement_of(look, item.id)
    condition = CONDITION_WORDS[Condition(item.condition)] if item.condition else ""
    note = f"（{item.condition_note}）" if item.condition_note else ""
    found = "" if item.condition == Condition.GOOD else f"收样状态：{condition}{note}"
    stated = said.deviations if said else ""
    degrees = _degrees(item.water_temperature_tenths)
    lines = _lines(look, results, dict(said.external) if said else {})
    return Content(
        title=rules.TITLE,
        lab_name=lab.name_zh,
        lab_name_en=lab.name_en,
        lab_address=lab.address,
        cma_number=_accredited(look, lab, AccreditationKind.CMA, lab.cma_number),
        cnas_number=_accredited(look, lab, AccreditationKind.CNAS, lab.cnas_number),
        place_of_work=lab.address,
        number=number,
        customer=_customer(look),
        blind_code=item.blind_code,
        species=item.species,
        life_stage=item.life_stage,
        matrix=item.matrix,
        individuals=item.individuals,
        condition=condition + note,
        water_temperature=degrees,
        received_on=legal_day(item.received_at).isoformat() if item.received_at else "",
        sampled_on=item.sampled_on.isoformat(),
        issued_on=look.today.isoformat(),
        sampling=rules.SAMPLING_PLAN,
        environment=f"水温 {degrees}" if degrees else rules.NO_TEMPERATURE,
        sampling_deviations=(said.sampling_deviations if said else "") or rules.NO_DEVIATION,
        relates_only=rules.ONLY_THESE_ITEMS + rules.NO_PART,
        deviations="；".join(part for part in (found, stated) if part) or rules.NOTHING,
        authoriser=person_label(look, look.actor.person_id) if look.actor.person_id else "",
        external=_external(lines),
        replaces="" if old is None else replaces(old),
        version=1,
        lines=lines,
    )


def _lines(
    look: Look, results: Sequence[Result], external: Mapping[str, str]
) -> tuple[ContentLine, ...]:
    """Gather every test's line; `external` maps a disease's code to the provider of its result."""
    ids = [row.id for row in results]
    wells, pools = wells_of_results(look, ids), by_pool(look, ids)
    return tuple(
        _line(
            look,
            row,
            "、".join(well.cq_text for well in wells[row.id]),
            pools.get(row.id),
            external.get(disease_of(look, row), ""),
        )
        for row in results
    )


def replaces(old: Report) -> str:
    """Return how a new report names the one before it (7.8.8.3)."""
    words = MOVES.words[ReportState(old.standing)]
    return f"替代{words}的报告 {old.number}，原因：{old.withdrawn_because}"


def _accredited(look: Look, lab: Laboratory, kind: AccreditationKind, known: str) -> str:
    """Return the number of an accreditation that holds today: a lapsed mark is not printed.

    `known` is the register's own number, for laboratories whose accreditations were never dated.
    """
    dated = [row for row in accreditations_of(look, lab.id) if row.kind == kind]
    if not dated:
        return known
    return next((row.number for row in dated if row.fact.holds(look.today)), "")


def _customer(look: Look) -> str:
    """Return the customer as the laboratory may know it: the province's desk, never an office."""
    try:
        province = division(look, f"{look.settings.province}0000").name_zh
    except NotFound:
        province = ""
    return province + rules.CUSTOMER_DESK


def _external(lines: Sequence[ContentLine]) -> str:
    """Return which results are another's, or that none is (7.8.2.1 p)."""
    marked = [f"{one.disease_name}（{one.external}）" for one in lines if one.external]
    return f"由外部提供方出具的结果：{'、'.join(marked)}" if marked else rules.OWN_RESULTS


def _degrees(tenths: int | None) -> str:
    """Return a water temperature as people read it; "" when it was not taken."""
    return "" if tenths is None else f"{tenths / 10:.1f} ℃"


def disease_of(look: Look, row: Result) -> str:
    """Return the code of the disease a result is about."""
    return needed(look, LabScope, row.scope_id).disease_code


def _line(look: Look, row: Result, cq: str, pool: PoolLine | None, external: str) -> ContentLine:
    """Gather one test's line."""
    scope = needed(look, LabScope, row.scope_id)
    run = needed(look, BenchRun, row.run_id)
    return ContentLine(
        disease_code=scope.disease_code,
        disease_name=scope.disease_name_zh,
        disease_name_en=_english(look, scope.disease_code),
        method_code=scope.method_code,
        method_standard=scope.method_standard,
        decision_rule=scope.decision_rule,
        outcome=row.outcome,
        cq=cq or row.as_entered or row.finding or ("见混样" if pool else "判读"),
        as_entered=row.as_entered,
        lod=row.lod,
        uncertainty=row.uncertainty,
        tested_on=row.tested_on.isoformat(),
        run_number=run.number,
        instrument=_instrument(look, run),
        kit_lot=_lot(look, run),
        pool=pool.code if pool else "",
        pool_words=pool.sentence if pool else "",
        external=external,
        enterer=person_label(look, row.entered_by_id) if row.entered_by_id else "系统",
        verifier=person_label(look, row.verified_by_id) if row.verified_by_id else "",
        result_id=str(row.id),
    )


def _english(look: Look, code: str) -> str:
    """Return a disease's English name; "" for a code that the catalogue has no more."""
    try:
        return disease(look, code).name_en
    except NotFound:
        return ""


def _instrument(look: Look, run: BenchRun) -> str:
    """Return the instrument with the calibration in force on the run's day, or what was written down."""
    held = look.session.get(Instrument, run.instrument_id) if run.instrument_id else None
    if held is None:
        return run.instrument
    last = look.one(
        select(Calibration)
        .where(
            Calibration.instrument_id == held.id,
            Calibration.is_passed.is_(True),
            Calibration.calibrated_on <= run.opened_on,
            Calibration.until_on >= run.opened_on,
        )
        .order_by(Calibration.calibrated_on.desc())
    )
    return held.code if last is None else f"{held.code}（校准有效至 {last.until_on.isoformat()}）"


def _lot(look: Look, run: BenchRun) -> str:
    """Return the kit and its lot, or what was written down."""
    held = look.session.get(KitLot, run.lot_id) if run.lot_id else None
    return run.reagent_lot if held is None else f"{held.kit} {held.lot}"
