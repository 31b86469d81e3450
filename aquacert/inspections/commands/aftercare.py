"""After the notice: it is taken, the farm treats, the vet looks again, the case ends, one declares anew.

Procedures 2011 §5 (domain.md §1.3): what can be treated is treated and declared again once it is
well; unexplained deaths go the way of an epidemic; what is dead is made harmless under supervision.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.declarations.commands.drafts import save_draft
from aquacert.declarations.commands.filing import file_form
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries.filed import latest
from aquacert.declarations.rules.answers import copied, from_json
from aquacert.declarations.rules.filing import FormKind
from aquacert.declarations.rules.states import State as PaperState
from aquacert.hatcheries.commands.stock import book_stock, free_lot
from aquacert.hatcheries.rules import Kind
from aquacert.inspections.commands.cases import locked_case, must_be_open, next_hold
from aquacert.inspections.commands.once import must_be_new
from aquacert.inspections.models.treatment import (
    NoticeReceipt,
    Redeclaration,
    TreatmentOrder,
    TreatmentStep,
)
from aquacert.inspections.parsers import read_picture
from aquacert.inspections.queries.treatment import batch_of_order, progress
from aquacert.inspections.rules.treatment import (
    CASE_MOVES,
    CASE_WORDS,
    FARM_STEPS,
    NOT_YET,
    RECEIPT_WORDS,
    CaseAct,
    CaseState,
    ReceiptWay,
    StepKind,
    not_yet,
)
from aquacert.kernel.audit import Fact
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean

RECEIPT_NAME: Final = "receipt.jpg"


@dataclass(frozen=True)
class NoticeTaken(Fact):
    """The party took the notice, or refused it before witnesses."""

    tag: ClassVar[str] = "inspections:notice:take"
    title: ClassVar[str] = "签收检疫处理通知单"
    way: str
    facts_sha256: str


@dataclass(frozen=True)
class StepWritten(Fact):
    """Something was done under an order."""

    tag: ClassVar[str] = "inspections:treatment:step"
    title: ClassVar[str] = "检疫处理记一步"
    kind: str
    quantity: int | None


@dataclass(frozen=True)
class CaseEnded(Fact):
    """The case of an order ended, or was opened again."""

    tag: ClassVar[str] = "inspections:treatment:end"
    title: ClassVar[str] = "检疫处理办结"
    act: str


@dataclass(frozen=True)
class DeclaredAgain(Fact):
    """The farm began a new declaration of a batch that was treated."""

    tag: ClassVar[str] = "inspections:treatment:redeclare"
    title: ClassVar[str] = "处理后重新申报"
    declaration_id: UUID


@dataclass(frozen=True)
class Receipt:
    """How the notice was taken: the digest of what was shown, who signed (a name), the picture."""

    way: ReceiptWay
    facts_sha256: str
    name: str = ""
    picture: bytes = b""


@dataclass(frozen=True)
class Step:
    """One thing done: what, when, in words, how many died, and a picture."""

    kind: StepKind
    note: str
    done_at: datetime
    quantity: int | None = None
    picture: bytes = b""


def notice_digest(facts: str) -> str:
    """Return the digest of what a notice says; who takes it confirms exactly this."""
    return hashlib.sha256(facts.encode()).hexdigest()


def take_notice(w: Work, order_id: UUID, receipt: Receipt) -> UUID:
    """Record who took the notice and write it on the notice itself; return the receipt's id.

    By the own account only the farm can, at the pond only the vet; the same person again changes
    nothing. Raises `Conflict` when another took it, or it says something else than was shown.
    """
    order = w.get_for_change(TreatmentOrder, order_id)
    _may_take(w, order, receipt)
    taken = w.one(select(NoticeReceipt).where(NoticeReceipt.order_id == order_id))
    if taken is not None:
        if taken.by_id == w.actor.person_id and taken.way == receipt.way.value:
            return taken.id  # his second tab
        raise Conflict("这份通知单已经签收过了。")
    notice = latest(w, FormKind.TREATMENT, order.id)
    if notice is None or notice_digest(notice.facts) != receipt.facts_sha256:
        raise Conflict("通知单的内容和刚才看到的不一样，请重新看一遍再签收。")
    row = w.add(
        NoticeReceipt(
            id=w.new_id(),
            order_id=order.id,
            way=receipt.way.value,
            facts_sha256=receipt.facts_sha256,
            name=clean(receipt.name, field="name") or None,
            file_id=_kept(w, order, receipt.picture, RECEIPT_NAME),
            at=w.now,
            by_id=w.actor.person_id,
        )
    )
    w.record(NoticeTaken(row.way, row.facts_sha256), on=row, county=order.origin_code)
    said = f"{RECEIPT_WORDS[receipt.way]} {w.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    file_form(
        w,
        kind=FormKind.TREATMENT,
        declaration_id=order.declaration_id,
        subject_id=order.id,
        facts=json.loads(notice.facts) | {"received": said},
    )
    return row.id


def write_step(w: Work, order_id: UUID, step: Step) -> UUID:
    """Write down what was done under an order, by the farm or its vet; the dead leave the ledger.

    Raises `Invalid` for a time outside the order's, deaths without a number, words that lack.
    """
    case = must_be_open(w, order_id)
    order = w.get(TreatmentOrder, order_id)
    if case.vet_id != w.actor.person_id and not _is_farm(w, order):
        raise NotAllowed("检疫处理由苗种场和查验的官方兽医记录。")
    if case.vet_id != w.actor.person_id and step.kind not in FARM_STEPS:
        raise NotAllowed("复查由查验的官方兽医记录。")
    note = clean(step.note, field="note", lines=True)
    _check(w, order, step, note)
    row = w.add(
        TreatmentStep(
            id=w.new_id(),
            order_id=order_id,
            kind=step.kind.value,
            note=note,
            quantity=step.quantity,
            done_at=step.done_at,
            recorded_at=w.now,
            by_id=w.actor.person_id,
            by=w.actor.label,
            file_id=_kept(w, order, step.picture, "step.jpg"),
        )
    )
    w.record(StepWritten(row.kind, row.quantity), on=row, county=order.origin_code)
    if step.kind is StepKind.DIED and step.quantity and case.lot_id:
        on = legal_day(step.done_at)
        book_stock(w, case.lot_id, Kind.DEATH, step.quantity, "检疫处理期间死亡", happened_on=on)
    return row.id


def end_case(w: Work, order_id: UUID, act: CaseAct, note: str) -> None:
    """End a case, or take one back that was handed over; only its vet, and only when all is done.

    Raises `Invalid` naming everything that is not yet. The lot is free again once the batch is
    well or gone; one that was handed over stays held.
    """
    case = locked_case(w, order_id)
    if case.vet_id != w.actor.person_id:
        raise NotAllowed("由作出处理决定的官方兽医办结。")
    order, said = w.get(TreatmentOrder, order_id), clean(note, field="note")
    CASE_MOVES.after(CaseState(case.state), act)
    lacking = not_yet(act, progress(w, order), said)
    if lacking:
        sentence = "还不能办结：" + "；".join(NOT_YET[one] for one in lacking) + "。"
        raise Invalid(sentence, note=sentence)
    case.because = said
    case.closed_at = None if act is CaseAct.TAKE_BACK else w.now
    w.move(case, CASE_MOVES, act, because=said)
    w.record(CaseEnded(act.value), on=case, county=case.origin_code, reason=said)
    if act in {CaseAct.RECOVER, CaseAct.DISPOSE} and case.lot_id is not None:
        free_lot(w, case.lot_id, order_id, next_order_id=next_hold(w, case.lot_id, order_id))
    accounts.tell(
        w,
        to_organisation=case.organisation_id,
        kind="inspection",
        subject=f"检疫处理有了结果：{CASE_WORDS[CaseState(case.state)]}。",
        link=f"/inspections/treatments/{order_id}",
    )


def redeclare(w: Work, order_id: UUID) -> UUID:
    """Begin a new declaration of the treated batch, like the one that failed; return its id.

    While such a declaration lives, a second time returns the same one.
    """
    case = locked_case(w, order_id)
    order = w.get(TreatmentOrder, order_id)
    if not _is_farm(w, order):
        raise NotAllowed("由苗种场重新申报。")
    if case.state != CaseState.RECOVERED.value:
        raise NotAllowedNow("复查合格以后才能重新申报。")
    living = w.one(
        select(Redeclaration.declaration_id)
        .join(Declaration, Declaration.id == Redeclaration.declaration_id)
        .where(
            Redeclaration.order_id == order_id,
            Declaration.state.not_in([PaperState.WITHDRAWN.value, PaperState.REFUSED.value]),
        )
    )
    if living is not None:
        return living
    before = w.get(Declaration, order.declaration_id)
    lot = str(batch_of_order(w, order).lot_id)
    answers = copied(from_json(before.answers))
    mine = tuple(one for one in answers.batches if one.lot == lot) or answers.batches
    loads = tuple(replace(one, quantities=()) for one in answers.loads)
    new_id = save_draft(
        w,
        replace(answers, batches=mine, loads=loads),
        hatchery_id=before.hatchery_id,
        copied_from_id=before.id,
    )
    w.add(Redeclaration(id=w.new_id(), order_id=order_id, declaration_id=new_id, at=w.now))
    w.record(DeclaredAgain(new_id), on=case, county=case.origin_code)
    return new_id


def _kept(w: Work, order: TreatmentOrder, picture: bytes, name: str) -> UUID | None:
    """Keep a picture of a receipt or a step, taken for it: the same bytes serve once."""
    if not picture:
        return None
    clean_picture = read_picture(picture, "picture")
    must_be_new(w, clean_picture, "picture")
    return w.attach(order, clean_picture.jpeg, name, "image/jpeg").id


def _may_take(w: Work, order: TreatmentOrder, receipt: Receipt) -> None:
    if receipt.way is ReceiptWay.ACCOUNT:
        if not _is_farm(w, order):
            raise NotAllowed("用账号签收只能由当事人自己办。")
        return
    if order.vet_id != w.actor.person_id:
        raise NotAllowed("当面签收由送达的官方兽医记录。")
    faults = {}
    if len(receipt.name.strip()) < 2:
        faults["name"] = "写明签收人姓名；拒绝签收的，写明见证人姓名。"
    if not receipt.picture:
        faults["picture"] = "请拍下签了名的通知单；拒绝签收的，拍下留置现场。"
    if faults:
        raise Invalid("签收还没有记全。", **faults)


def _check(w: Work, order: TreatmentOrder, step: Step, note: str) -> None:
    faults = {}
    if not order.ordered_at <= step.done_at <= w.now:
        faults["done_at"] = "时间要在通知单之后、现在之前。"
    if len(note) < 2:
        faults["note"] = "写明做了什么，例如：用药名称、剂量、休药期。"
    if step.kind is StepKind.DIED and not step.quantity:
        faults["quantity"] = "写明死亡数量。"
    if faults:
        raise Invalid("这一步还没有记全。", **faults)


def _is_farm(w: Work, order: TreatmentOrder) -> bool:
    return (
        w.actor.may(P.TREATMENT_ANSWER) and order.organisation_id in w.actor.scope.organisation_ids
    )
