"""Enter results by hand: open a run, its control wells, a sample's wells, or a finding in words."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from labs.bench.commands.facts import FindingEntered, RunEquipped, RunOpened, WellEntered
from labs.bench.commands.rows import (
    add_result,
    add_well,
    county_of,
    cq_of,
    live_result,
    new_run,
    ordered,
    run_answering,
    settle,
)
from labs.bench.models import BenchRun, Result
from labs.bench.rules import DECIDED, Outcome, ResultState
from labs.bench.rules.counting import SENTENCES as COUNT_SENTENCES
from labs.bench.rules.counting import Counted, Unreadable, Wrong, read_count, said
from labs.instruments.rules import (
    SENTENCES,
    Cq,
    RefusalCode,
    Role,
    WellReading,
    Why,
    plain,
)
from labs.register.models import Instrument, KitLot
from labs.register.queries import scopes_of
from labs.register.rules import MethodKind

BY_HAND = "手工录入"


def open_run(
    w: Work,
    lab_id: UUID,
    *,
    instrument: str = "",
    reagent_lot: str = "",
    reagent_until_on: date | None = None,
    instrument_id: UUID | None = None,
    lot_id: UUID | None = None,
    worksheet_id: UUID | None = None,
) -> UUID:
    """Open a run for entry by hand and return its id. Raises `Invalid` for a reagent already expired.

    `instrument` and `reagent_lot` are words for people; the register's own entries are named by their ids.
    """
    if reagent_until_on is not None and reagent_until_on < w.today:
        raise Invalid(f"试剂 {reagent_lot} 已过期，不能录入", reagent_until_on="试剂已过期")
    run = new_run(w, lab_id, source=BY_HAND, instrument=instrument, file_id=None, name="")
    run.reagent_lot = reagent_lot.strip()
    run.reagent_until_on = reagent_until_on
    run.worksheet_id = worksheet_id
    _equip(w, run, instrument_id, lot_id)
    w.session.flush()
    fact = RunOpened(run.number, run.instrument, run.reagent_lot)
    w.record(fact, on=run, county=county_of(w, lab_id))
    return run.id


def equip_run(w: Work, run_id: UUID, *, instrument_id: UUID | None, lot_id: UUID | None) -> None:
    """Say with which instrument and which lot of the register a run was done; None leaves what is there.

    Who says it has a hand in every result of the run, and verifies none of them. Raises `NotAllowedNow` once a result of
    the run is verified: what the reviewer saw may not change under him.
    """
    run = w.get_for_change(BenchRun, run_id)
    _unverified(w, run)
    _equip(w, run, instrument_id, lot_id)
    run.equipped_by_id = w.actor.person_id
    fact = RunEquipped(run.number, str(run.instrument_id or ""), str(run.lot_id or ""))
    w.record(fact, on=run, county=county_of(w, run.lab_id))


def _equip(w: Work, run: BenchRun, instrument_id: UUID | None, lot_id: UUID | None) -> None:
    """Name the register's instrument and lot on a run, by id and in words. Raises `NotFound` for another laboratory's."""
    if instrument_id is not None:
        instrument = w.get(Instrument, instrument_id)
        run.instrument_id = instrument.id
        run.instrument = run.instrument or instrument.code
    if lot_id is not None:
        lot = w.get(KitLot, lot_id)
        run.lot_id, run.reagent_lot, run.reagent_until_on = lot.id, lot.lot, lot.expires_on


def enter_control(
    w: Work,
    run_id: UUID,
    role: Role | str,
    disease_code: str,
    cq: str | Decimal | None,
    well: str = "",
) -> None:
    """Enter a control well (ntc or positive) of one disease's assay. `cq` None or 无 = nothing detected.

    Only while the run is open to entry by hand and nothing of it is verified: a control that is written later would let
    pass, or spoil, what others saw without it. Raises `Invalid` for an instrument's run or one of a worksheet.
    """
    run = w.get_for_change(BenchRun, run_id)
    _open_by_hand(run)
    _unverified(w, run)
    kind = Role(role)
    if kind is Role.UNKNOWN:
        raise Invalid("对照孔的用途应为无模板对照或阳性对照", role="请选择对照的用途")
    scopes = [
        s
        for s in scopes_of(w, run.lab_id)
        if s.disease_code == disease_code
        and s.kind == MethodKind.QPCR
        and s.from_on <= run.opened_on <= s.until_on
    ]
    if not scopes:
        raise Invalid("本实验室没有这个项目的检测能力", disease_code="不在检测能力表中")
    for scope in scopes:
        read = cq_of(cq, scope)
        reading = WellReading(
            run.number, well, kind.value, kind, disease_code, read.value, read.why
        )
        row = add_well(w, run, reading, scope_id=scope.id)
    fact = WellEntered(run.number, kind.value, disease_code, row.cq_text)
    w.record(fact, on=run, county=county_of(w, run.lab_id))


def enter_result(
    w: Work,
    code: str,
    disease_code: str,
    target: str,
    cq: str | Decimal | None,
    *,
    run_id: UUID | None = None,
    well: str = "",
    is_excluded: bool = False,
) -> UUID:
    """Enter one well of a blind item and return the result's id; more wells of one run are its replicates.

    `cq` is None or 无 when nothing was detected; an empty or unknown text raises `Invalid`. Without `run_id` a new run is
    opened. Raises `Conflict` when another result of this test is live.
    """
    item, order, scope = ordered(w, code, disease_code)
    if scope.kind != MethodKind.QPCR:
        raise Invalid("这个方法按判读录入，不录 Cq", target="请改用判读录入")
    if plain(target).casefold() not in {str(t).casefold() for t in scope.targets}:
        raise Invalid(
            "靶标与登记的检测能力不符", target=f"应为 {'、'.join(map(str, scope.targets))}"
        )
    read = Cq(None, Why.EXCLUDED) if is_excluded else cq_of(cq, scope)
    # The run is locked before its results, as submitting and review do: two who meet here wait, and never for ever.
    run = _run_of(w, run_id or run_answering(w, order), item.lab_id)
    live = live_result(w, order)
    if live is not None and not _is_replicate(w, live, run):
        raise Conflict(SENTENCES[RefusalCode.ALREADY_RESULT])
    row = live or add_result(w, run, item, order, scope, is_manual=True)
    reading = WellReading(
        run.number, well, item.blind_code, Role.UNKNOWN, plain(target), read.value, read.why
    )
    entered = add_well(w, run, reading, scope_id=scope.id, result_id=row.id)
    outcome = settle(w, row, scope)
    fact = WellEntered(run.number, item.blind_code, reading.target, entered.cq_text, outcome)
    w.record(fact, on=row, county=county_of(w, item.lab_id))
    return row.id


def enter_finding(
    w: Work,
    code: str,
    disease_code: str,
    outcome: Outcome | str,
    note: str = "",
    *,
    run_id: UUID | None = None,
    count: str = "",
    dilution: str = "",
    unit: str = "",
    lod: str = "",
    uncertainty: str = "",
) -> UUID:
    """Enter a result in words, with a count where one was made, for a method without Cq; return its id.

    The count is a whole number at a dilution like 1:1000; limit of detection and uncertainty are kept as written.
    """
    item, order, scope = ordered(w, code, disease_code)
    found = Outcome(outcome)
    if scope.kind != MethodKind.FINDING:
        raise Invalid("这个方法按 Cq 录入，不能直接写结论", outcome="请录入 Cq")
    if found not in DECIDED:
        raise Invalid("判读结果只能是阴性或阳性", outcome="请选阴性或阳性")
    read = _counted(found, count, dilution, unit, lod, uncertainty)
    if live_result(w, order) is not None:
        raise Conflict(SENTENCES[RefusalCode.ALREADY_RESULT])
    run = _run_of(w, run_id, item.lab_id)
    row = add_result(w, run, item, order, scope, is_manual=True)
    row.outcome, row.finding = found, note.strip()
    row.counted, row.dilution, row.unit = read.count, read.dilution, read.unit
    row.as_entered, row.lod, row.uncertainty = read.as_entered, read.lod, read.uncertainty
    w.session.flush()
    fact = FindingEntered(run.number, item.blind_code, disease_code, found, said(read))
    w.record(fact, on=row, county=county_of(w, item.lab_id))
    return row.id


def _counted(
    outcome: Outcome, count: str, dilution: str, unit: str, lod: str, uncertainty: str
) -> Counted:
    """Read a count, or raise `Invalid` at its field."""
    try:
        read = read_count(count, dilution, unit, lod, uncertainty)
    except Unreadable as unreadable:
        sentence = COUNT_SENTENCES[unreadable.wrong]
        raise Invalid(sentence, **{unreadable.field: sentence}) from unreadable
    if read.count == 0 and outcome is Outcome.POSITIVE:
        sentence = COUNT_SENTENCES[Wrong.POSITIVE_ZERO]
        raise Invalid(sentence, outcome=sentence)
    return read


def _run_of(w: Work, run_id: UUID | None, lab_id: UUID) -> BenchRun:
    """Return the named run of this laboratory, or open one."""
    run = w.get_for_change(BenchRun, run_id or open_run(w, lab_id))
    if run.lab_id != lab_id:
        raise Invalid("这次运行不能手工录入这个盲样", run_id="请选本实验室手工录入的运行")
    _open_by_hand(run)
    return run


def _open_by_hand(run: BenchRun) -> None:
    """Refuse what is not entered well by well: an instrument's run, a worksheet's plate, a run already submitted."""
    if run.file_id is not None:
        raise Invalid("这次运行来自仪器文件，不能再手工录入", run_id="请选本实验室手工录入的运行")
    if run.worksheet_id is not None:
        raise Invalid("这次运行有工作单，请在板图上录入", run_id="请在板图上录入")
    if run.submitted_at is not None:
        raise NotAllowedNow("这次运行已提交复核，不能再录；请另开一次运行。")


def _unverified(w: Work, run: BenchRun) -> None:
    """Refuse to change what a verified result of the run rests on."""
    passed = w.one(
        select(Result.id).where(
            Result.run_id == run.id, Result.state.in_((ResultState.VERIFIED, ResultState.REPORTED))
        )
    )
    if passed is not None:
        raise NotAllowedNow("这次运行已有结果复核通过，不能再改质控、仪器和试剂。请先退回结果。")


def _is_replicate(w: Work, live: Result, run: BenchRun) -> bool:
    """Tell whether a further well belongs to a live result: same run, same person, not yet reviewed."""
    return (
        live.run_id == run.id
        and live.state == ResultState.ENTERED
        and live.entered_by_id == w.actor.person_id
    )
