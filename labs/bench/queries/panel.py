"""What stands beside the plate: whether the run is valid, line by line, and why a sample has no conclusion yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, WellRow
from labs.bench.queries.plate import Cell, Plate, result_of
from labs.bench.queries.validity import controls_of, equipment_faults, is_weak
from labs.bench.queries.wells import internal_controls
from labs.bench.rules import (
    OUTCOME_WORDS,
    SENTENCES,
    Outcome,
    ResultState,
    RunFault,
    ic_holds,
)
from labs.bench.rules.cells import CellKind
from labs.instruments.rules import Role


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the panel: what was checked, how it stands (ok, wait, no), and the readings or the reason."""

    name: str
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Why:
    """One sentence about a sample, and its kind (ok, wait, no, info)."""

    kind: str
    said: str


CONTROL_LINES = (
    ("NTC 无模板", (RunFault.NO_NTC, RunFault.NTC_DETECTED), (Role.NTC, Role.NO_TARGET)),
    ("NEC 提取空白", (RunFault.NO_NEC, RunFault.NEC_DETECTED), (Role.NAC,)),
    (
        "PC 阳性对照",
        (RunFault.NO_POSITIVE, RunFault.POSITIVE_FAILED),
        (Role.POSITIVE,),
    ),
    ("LPC 弱阳性对照", (RunFault.NO_LPC, RunFault.LPC_FAILED), (Role.POSITIVE,)),
)


def checks(look: Look, plate: Plate) -> list[Check]:
    """Return the panel's lines: each control, the internal control, the instrument with its lot."""
    wells = controls_of(look, plate.run, plate.scope)
    found: list[Check] = []
    for name, faults, roles in CONTROL_LINES:
        is_lpc = name.startswith("LPC")
        mine = [w for w in wells if w.role in roles and is_weak(w) == is_lpc]
        fault = next((f for f in plate.validity.faults if f in faults), None)
        if mine or fault:
            found.append(_control(name, mine, fault))
    return [*found, *_internal(look, plate), _equipment(look, plate.run)]


def _control(name: str, wells: Sequence[WellRow], fault: RunFault | None) -> Check:
    texts = " / ".join(w.cq_short for w in wells) or "待录"
    if fault is None:
        said = f"{len(wells)} 孔无 Cq" if all(w.cq is None for w in wells) else texts
        return Check(name, "ok", said)
    is_missing = fault.value.startswith("no_")
    return Check(name, "wait" if is_missing else "no", texts)


def _internal(look: Look, plate: Plate) -> list[Check]:
    """Say of how many samples' wells the internal control came up, where the rule wants one."""
    demands = plate.scope.rule.demands
    if not demands.wants_ic:
        return []
    ics = internal_controls(look, plate.run.id)
    said = [ics[c.well] for c in plate.cells.values() if c.well in ics and not c.is_control]
    bad = sum(not ic_holds(row, demands) for row in said)
    if not said:
        return [Check("内参 IC", "wait", "待录")]
    return [Check("内参 IC", "wait" if bad else "ok", f"{len(said) - bad} 孔合格，{bad} 孔不合格")]


def _equipment(look: Look, run: BenchRun) -> Check:
    faults = equipment_faults(look, run)
    if not faults:
        return Check("试剂 · 仪器", "ok", "批号在效，校准在期")
    said = "；".join(own or SENTENCES[fault] for fault, own in faults.items())
    is_missing = set(faults) <= {RunFault.NO_INSTRUMENT, RunFault.NO_LOT}
    return Check("试剂 · 仪器", "wait" if is_missing else "no", said)


def whys(look: Look, plate: Plate, cells: Sequence[Cell]) -> list[Why]:
    """Say why a sample has its conclusion, or has none yet, and what comes next."""
    if not cells:
        return []
    demands = plate.scope.rule.demands
    done = [cell for cell in cells if cell.text]
    said: list[Why] = []
    if len(done) < len(cells):
        said.append(Why("wait", f"还有 {len(cells) - len(done)} 孔没有录"))
    if done:
        texts = "、".join(f"{cell.well} {cell.text}" for cell in done)
        said.append(Why("info", f"各孔 Cq：{texts}"))
    if demands.wants_ic and done:
        texts = "、".join(cell.ic_text or "待录" for cell in done)
        void = sum(cell.kind is CellKind.VOID for cell in done)
        said.append(Why("wait" if void else "ok", f"内参 {texts}"))
    return [*said, *_conclusion(look, plate, cells[0]), *_run(plate)]


def _conclusion(look: Look, plate: Plate, cell: Cell) -> list[Why]:
    """Say what the result is now, and what it asks for."""
    row = result_of(look, plate.run, cell)
    if row is None:
        return []
    outcome, demands = Outcome(row.outcome), plate.scope.rule.demands
    if row.state == ResultState.RETEST:
        return [Why("info", f"已排复检：{row.because}")]
    if outcome is Outcome.GREY:
        return [
            Why("wait", "在灰区或各孔不一致，不能下结论"),
            Why("info", f"提交后自动排复检：{demands.retest_wells} 孔"),
        ]
    if outcome is Outcome.INVALID:
        return [Why("wait", f"可读的孔不够（规则要 {demands.replicates} 孔），提交后重做")]
    kind = {Outcome.NEGATIVE: "ok", Outcome.POSITIVE: "no"}.get(outcome, "wait")
    return [Why(kind, f"按规则判为：{OUTCOME_WORDS[outcome]}")]


def _run(plate: Plate) -> list[Why]:
    """Say that the run itself stands in the way, if it does."""
    if set(plate.validity.faults) <= {RunFault.NOT_SUBMITTED}:
        return []
    return [Why("no", "运行还不能放行，见上面的质控")]
