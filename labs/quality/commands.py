"""Set a control's mean and SD with two persons, and note what was found and done about a value."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed, NotFound
from aquacert.kernel.work import Work
from labs.quality.models import ControlNote, ControlTarget
from labs.quality.queries import charts_of, method_of
from labs.quality.rules.charts import BLANKS, TARGET_MOVES, Control, TargetAct, TargetState
from labs.register.commands import lock_lab

MILLI = 1000


@dataclass(frozen=True)
class TargetProposed(Fact):
    """One person set mean and SD of a control."""

    tag: ClassVar[str] = "labs:control-target:propose"
    title: ClassVar[str] = "提出质控均值和标准差"
    disease_code: str
    control: str
    lot: str
    mean: str
    sd: str


@dataclass(frozen=True)
class TargetSettled(Fact):
    """A second person confirmed or refused mean and SD."""

    tag: ClassVar[str] = "labs:control-target:settle"
    title: ClassVar[str] = "确认质控均值和标准差"
    disease_code: str
    control: str
    lot: str
    state: str


@dataclass(frozen=True)
class ControlNoted(Fact):
    """Somebody wrote down what was found and done about a value of a chart."""

    tag: ClassVar[str] = "labs:control:note"
    title: ClassVar[str] = "记录质控失控的原因和处理"
    control: str
    rules: str


def propose_target(
    w: Work,
    lab_id: UUID,
    disease_code: str,
    method_code: str,
    *,
    control: Control | str,
    lot: str,
    mean: Decimal,
    sd: Decimal,
    because: str,
) -> UUID:
    """Set mean and SD of a control for one lot, in cycles; they count once another person confirms them."""
    lab = lock_lab(w, lab_id)
    kind = _control(control)
    if method_of(w, lab_id, disease_code, method_code) is None:
        raise NotFound("本实验室没有这个项目的质控图。")
    if kind in BLANKS:
        raise Invalid("空白质控没有均值", control="空白不应有 Cq")
    if not because.strip():
        raise Invalid("请写明依据", because="例如：试剂盒说明书的定值")
    if w.actor.person_id is None:
        raise NotAllowed("均值和标准差须由实名的人提出。")
    if not mean.is_finite() or not 0 < mean < 100:
        raise Invalid("均值应在 0 到 100 个循环之间", mean="0 到 100 之间")
    if not sd.is_finite() or not Decimal("0.001") <= sd < 20:
        raise Invalid("标准差应大于 0、小于 20 个循环", sd="大于 0、小于 20")
    row = w.add(
        ControlTarget(
            id=w.new_id(),
            lab_id=lab_id,
            disease_code=disease_code,
            method_code=method_code,
            control=kind,
            lot=lot.strip(),
            mean_milli=round(mean * MILLI),
            sd_milli=round(sd * MILLI),
            because=because.strip(),
            state=TargetState.PROPOSED,
            proposed_by_id=w.actor.person_id,
            proposed_at=w.now,
            settled_by_id=None,
            settled_at=None,
        )
    )
    fact = TargetProposed(disease_code, kind, row.lot, f"{mean:f}", f"{sd:f}")
    w.record(fact, on=row, county=lab.division_code, reason=row.because)
    return row.id


def _control(name: Control | str) -> Control:
    """Return the control a form names, or raise `NotFound`."""
    try:
        return Control(name)
    except ValueError:
        raise NotFound("没有这种质控。") from None


def settle_target(w: Work, target_id: UUID, *, confirm: bool) -> None:
    """Confirm or refuse mean and SD that somebody else set. Raises `NotAllowed` for one's own."""
    row = w.get_for_change(ControlTarget, target_id)
    lab = lock_lab(w, row.lab_id)
    if w.actor.person_id is None or w.actor.person_id == row.proposed_by_id:
        raise NotAllowed("这是您提出的，须由另一个人确认。")
    row.settled_by_id, row.settled_at = w.actor.person_id, w.now
    state = w.move(row, TARGET_MOVES, TargetAct.CONFIRM if confirm else TargetAct.REFUSE)
    fact = TargetSettled(row.disease_code, row.control, row.lot, state)
    w.record(fact, on=row, county=lab.division_code)


def note_control(
    w: Work,
    lab_id: UUID,
    disease_code: str,
    method_code: str,
    *,
    run_id: UUID,
    control: Control | str,
    cause: str,
    action: str,
) -> UUID:
    """Write down the cause found and the action taken for a value that breaks a rule; nothing is lifted by it."""
    lab = lock_lab(w, lab_id)
    kind = _control(control)
    method = method_of(w, lab_id, disease_code, method_code)
    series = () if method is None else charts_of(w, method).series
    found = [
        v for s in series if s.control is kind for v in s.values if v.run_id == run_id and v.broken
    ]
    if not found:
        raise NotFound("质控图上没有这个失控点。")
    if not cause.strip() or not action.strip():
        raise Invalid("原因和处理都要写", cause="找到的原因", action="采取的处理")
    before = select(func.count()).where(
        ControlNote.run_id == run_id,
        ControlNote.scope_id == found[0].scope_id,
        ControlNote.control == kind,
    )
    row = w.add(
        ControlNote(
            id=w.new_id(),
            lab_id=lab_id,
            run_id=run_id,
            scope_id=found[0].scope_id,
            control=kind,
            number=(w.session.scalar(before) or 0) + 1,
            rules=" ".join(rule.value for rule in found[0].broken),
            cause=cause.strip(),
            action=action.strip(),
            by_id=w.actor.person_id,
            at=w.now,
        )
    )
    w.record(ControlNoted(kind, row.rules), on=row, county=lab.division_code)
    return row.id
