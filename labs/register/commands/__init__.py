"""Keep the register: designate a laboratory, say what it may test, suspend it and let it go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.models import Organisation
from aquacert.accounts.queries.organisations import organisation
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid
from aquacert.kernel.work import Work
from aquacert.reference.queries import disease, methods
from labs.register.commands.holdings import (
    add_instrument,
    add_lot,
    calibrate,
    finish_lot,
    open_lot,
    retire_instrument,
    withdraw_lot,
)
from labs.register.commands.rights import of_province
from labs.register.commands.standing import (
    accredit,
    authorise_staff,
    end_accreditation,
    end_authorisation,
    entitle,
    record_proficiency,
    set_capacity,
)
from labs.register.models import Laboratory, LabScope
from labs.register.queries import laboratory, scopes_of
from labs.register.rules import MOVES, LabAct, LabState, MethodKind, overlaps
from labs.register.rules.sending import AccreditationKind

__all__ = [
    "accredit",
    "add_instrument",
    "add_lot",
    "add_scope",
    "authorise_staff",
    "calibrate",
    "designate_lab",
    "end_accreditation",
    "end_authorisation",
    "finish_lot",
    "lock_lab",
    "open_lot",
    "record_proficiency",
    "resume_lab",
    "retire_instrument",
    "set_capacity",
    "suspend_lab",
    "withdraw_lot",
]
from labs.register.rules.demands import Demands


@dataclass(frozen=True)
class LabDesignated(Fact):
    """A laboratory was put into the register."""

    tag: ClassVar[str] = "labs:register:designate"
    title: ClassVar[str] = "指定检测实验室"
    code: str
    accredited_until_on: date


@dataclass(frozen=True)
class ScopeAdded(Fact):
    """A laboratory may test one disease by one method for a time."""

    tag: ClassVar[str] = "labs:register:add_scope"
    title: ClassVar[str] = "登记检测能力"
    disease_code: str
    method_code: str
    from_on: date
    until_on: date
    decision_rule: str


@dataclass(frozen=True)
class LabSuspended(Fact):
    """A laboratory may take no new samples."""

    tag: ClassVar[str] = "labs:register:suspend"
    title: ClassVar[str] = "暂停承检"


@dataclass(frozen=True)
class LabResumed(Fact):
    """A laboratory may take samples again."""

    tag: ClassVar[str] = "labs:register:resume"
    title: ClassVar[str] = "恢复承检"


def designate_lab(
    w: Work,
    organisation_id: UUID,
    *,
    code: str,
    address: str,
    accredited_from_on: date,
    accredited_until_on: date,
    cma_number: str = "",
    cnas_number: str = "",
    capacity_per_day: int | None = None,
) -> UUID:
    """Put an organisation of kind lab into the register; its id is the laboratory's id from then on.

    Raises `Invalid` when the organisation is no laboratory, or the accreditation ends before it begins,
    `NotAllowed` below the province.
    """
    of_province(w)
    span = (accredited_from_on, accredited_until_on)
    body = _undesignated(w, organisation_id, code.strip(), span)
    row = w.add(
        Laboratory(
            id=organisation_id,
            code=code.strip(),
            name_zh=body.name_zh,
            name_en=body.name_en,
            address=address.strip(),
            division_code=body.division_code,
            cma_number=cma_number.strip(),
            cnas_number=cnas_number.strip(),
            accredited_from_on=accredited_from_on,
            accredited_until_on=accredited_until_on,
            capacity_per_day=capacity_per_day,
            state=LabState.ACTIVE,
            designated_at=w.now,
        )
    )
    _entitle_first(w, row)
    w.record(LabDesignated(row.code, accredited_until_on), on=row, county=row.division_code)
    return row.id


def _undesignated(
    w: Work, organisation_id: UUID, code: str, span: tuple[date, date]
) -> Organisation:
    """Return the body to be designated under a code for some days; both must be new here."""
    body = organisation(w, organisation_id)
    if body.kind != "lab":
        raise Invalid("只有实验室可以被指定为检测实验室", organisation_id="这个机构不是实验室")
    if span[1] < span[0]:
        raise Invalid("资质的截止日早于起始日", accredited_until_on="截止日应在起始日之后")
    if w.session.get(Laboratory, organisation_id) is not None:
        raise Conflict("这个实验室已经在指定名单里了。")
    if w.one(select(Laboratory).where(Laboratory.code == code)) is not None:
        raise Invalid("这个实验室代号已被占用", code="代号已被占用，请换一个")
    return body


def _entitle_first(w: Work, row: Laboratory) -> None:
    """Write the designation, and each accreditation whose number was given, for the same days."""
    held = {
        AccreditationKind.DESIGNATED: "",
        AccreditationKind.CMA: row.cma_number,
        AccreditationKind.CNAS: row.cnas_number,
    }
    for kind, number in held.items():
        if number or kind is AccreditationKind.DESIGNATED:
            entitle(w, row, kind, number, (row.accredited_from_on, row.accredited_until_on))


def add_scope(
    w: Work,
    lab_id: UUID,
    *,
    disease_code: str,
    method_code: str,
    from_on: date,
    until_on: date,
    kind: MethodKind = MethodKind.QPCR,
    targets: Sequence[str] = (),
    positive_max: Decimal = Decimal(35),
    grey_max: Decimal = Decimal(40),
    cycle_cap: int = 40,
    demands: Demands | None = None,
    needs_cma: bool = False,
    needs_cnas: bool = False,
) -> UUID:
    """Say that a laboratory may test a disease by a method from a day to a day, by a decision rule.

    Limits are cycles; the defaults are the usual reading of a 40-cycle assay, to be replaced by the laboratory's
    own validated ones. `needs_*`: besides the designation, this test needs that accreditation.
    A new rule is a new span with the next version. Raises `Invalid` for overlapping spans.
    """
    of_province(w)
    lab_row = laboratory(w, lab_id)
    named, standard = disease(w, disease_code), _standard(w, disease_code, method_code)
    _must_be_ordered((from_on, until_on), (positive_max, grey_max, cycle_cap))
    same = [
        s
        for s in scopes_of(w, lab_id)
        if (s.disease_code, s.method_code) == (disease_code, method_code)
    ]
    if overlaps(from_on, until_on, [(s.from_on, s.until_on) for s in same]):
        raise Invalid("这个项目和方法在这段时间已有登记", from_on="与已有的时间段重叠")
    row = w.add(
        LabScope(
            id=w.new_id(),
            lab_id=lab_id,
            disease_code=disease_code,
            disease_name_zh=named.name_zh,
            method_code=method_code,
            method_standard=standard,
            kind=kind,
            targets=sorted({t.strip() for t in targets if t.strip()} | {disease_code}),
            rule_version=1 + max((s.rule_version for s in same), default=0),
            positive_max_milli=int(positive_max * 1000),
            grey_max_milli=int(grey_max * 1000),
            cycle_cap=cycle_cap,
            demands=None if demands is None else demands.plain(),
            from_on=from_on,
            until_on=until_on,
            needs_cma=needs_cma,
            needs_cnas=needs_cnas,
        )
    )
    fact = ScopeAdded(disease_code, method_code, from_on, until_on, row.decision_rule)
    w.record(fact, on=row, county=lab_row.division_code)
    return row.id


def _must_be_ordered(span: tuple[date, date], limits: tuple[Decimal, Decimal, int]) -> None:
    """Raise `Invalid` for days, or for limits in cycles, that are not in their order."""
    if span[1] < span[0]:
        raise Invalid("截止日早于起始日", until_on="截止日应在起始日之后")
    positive_max, grey_max, cycle_cap = limits
    if not Decimal(0) < positive_max <= grey_max <= cycle_cap:
        raise Invalid("判定界值应当：0 < 阳性上限 ≤ 灰区上限 ≤ 循环数", positive_max="界值次序不对")


def _standard(w: Work, disease_code: str, method_code: str) -> str:
    """Return the standard a method is published in; raise `Invalid` naming the disease's known methods."""
    known = {method.code: method.standard for method in methods(w, disease_code)}
    if method_code not in known:
        named = "、".join(f"{code}（{standard}）" for code, standard in known.items())
        raise Invalid(
            "名录里没有这个疫病的这个方法", method_code=f"应为：{named or '名录里还没有方法'}"
        )
    return known[method_code]


def suspend_lab(w: Work, lab_id: UUID, reason: str) -> None:
    """Let a laboratory take no new samples, for a stated reason."""
    if not reason.strip():
        raise Invalid("请写明暂停的原因", reason="必须写原因")
    of_province(w)
    row = w.get_for_change(Laboratory, lab_id)
    w.move(row, MOVES, LabAct.SUSPEND, because=reason.strip())
    w.record(LabSuspended(), on=row, county=row.division_code, reason=reason.strip())


def resume_lab(w: Work, lab_id: UUID, reason: str = "") -> None:
    """Let a suspended laboratory take samples again."""
    of_province(w)
    row = w.get_for_change(Laboratory, lab_id)
    w.move(row, MOVES, LabAct.RESUME, because=reason.strip())
    w.record(LabResumed(), on=row, county=row.division_code, reason=reason.strip())


def lock_lab(w: Work, lab_id: UUID) -> Laboratory:
    """Return the laboratory's row, locked, so that its numbers are counted one after another."""
    return w.get_for_change(Laboratory, lab_id)
