"""What persons make of evidence: a flag cleared or confirmed, a finished visit looked at again.

Neither has any effect by itself: a verdict stands, nobody is accused. A supervisor who finds that
something must follow does that where it belongs (a suspension, a re-check, a talk).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.lending import lent_between
from aquacert.declarations.models import Declaration
from aquacert.inspections.models import EvidenceFlag, SecondLook
from aquacert.inspections.parsers.standards import standard
from aquacert.inspections.rules.evidence import (
    FlagState,
    SecondVerdict,
    is_chosen,
    ticket_of,
)
from aquacert.kernel.audit import Fact
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean

SUBSTITUTE = "和这位官方兽医互相代行过职责的，不能复看他的查验，请别人来看。"


@dataclass(frozen=True)
class FlagJudged(Fact):
    """A person looked at a flag and said what it is."""

    tag: ClassVar[str] = "inspections:evidence:judge"
    title: ClassVar[str] = "处理证据提示"
    kind: str
    state: str


@dataclass(frozen=True)
class SecondLookDrawn(Fact):
    """Chance said whether a finished visit is looked at again."""

    tag: ClassVar[str] = "inspections:second_look:draw"
    title: ClassVar[str] = "抽看抽取"
    ticket: str
    percent: int
    is_chosen: bool


@dataclass(frozen=True)
class SecondLookGiven(Fact):
    """A supervisor looked at the evidence of a finished visit."""

    tag: ClassVar[str] = "inspections:second_look:give"
    title: ClassVar[str] = "抽看结论"
    verdict: str


def must_be_apart(w: Work, vet_id: UUID | None, since: date, sentence: str) -> None:
    """Raise `NotAllowed` where the actor is the vet, or acted in his place or he in the actor's."""
    me = w.actor.person_id
    if me == vet_id:
        raise NotAllowed(sentence)
    if me is not None and vet_id is not None and lent_between(w, me, vet_id, since):
        raise NotAllowed(SUBSTITUTE)


def judge_flag(w: Work, flag_id: UUID, state: FlagState, because: str) -> UUID:
    """Clear or confirm a flag with a reason, once; return its check's id. Nothing follows by itself."""
    flag = w.get_for_change(EvidenceFlag, flag_id)
    must_be_apart(w, flag.vet_id, legal_day(flag.made_at), "自己拍的照片由别人来看。")
    if flag.state != FlagState.OPEN.value:
        raise Conflict("这条提示已经有人看过。")
    if state is FlagState.OPEN:
        raise Invalid("请选择处理结果。", state="选“没有问题”或“确有问题”。")
    flag.state = state.value
    flag.because = _reason(because)
    flag.judged_at, flag.judged_by_id = w.now, w.actor.person_id
    w.session.flush()
    w.record(
        FlagJudged(flag.kind, state.value), on=flag, county=flag.origin_code, reason=flag.because
    )
    return flag.check_id


def draw_second_look(w: Work, paper: Declaration) -> SecondLook | None:
    """Let chance say whether a finished visit is looked at again; once for each, chosen or not."""
    before = w.one(select(SecondLook.id).where(SecondLook.declaration_id == paper.id))
    if paper.vet_id is None or before is not None:
        return None
    ticket = ticket_of(w.settings.secret, paper.id)
    percent = standard("evidence.second_look", w.today)
    days = standard("evidence.second_look_days", w.today)
    row = w.add(
        SecondLook(
            id=w.new_id(),
            declaration_id=paper.id,
            origin_code=paper.origin_code,
            vet_id=paper.vet_id,
            ticket=ticket,
            percent=percent,
            is_chosen=is_chosen(ticket, percent),
            chosen_at=w.now,
            due_on=w.today + timedelta(days=days),
            verdict=SecondVerdict.WAITING.value,
            because="",
        )
    )
    fact = SecondLookDrawn(ticket, percent, row.is_chosen)
    w.record(fact, on=row, county=paper.origin_code)
    return row


def give_second_verdict(w: Work, look_id: UUID, verdict: SecondVerdict, because: str) -> None:
    """Say what a second look came to; a word is needed unless one agrees. The first verdict stands."""
    row = w.get_for_change(SecondLook, look_id)
    must_be_apart(w, row.vet_id, legal_day(row.chosen_at), "自己查验的由别人来看。")
    if not row.is_chosen:
        raise Conflict("这次查验没有被抽中。")
    if row.verdict != SecondVerdict.WAITING.value:
        raise Conflict("这次抽看已经有结论。")
    if verdict is SecondVerdict.WAITING:
        raise Invalid("请选择结论。", verdict="选一个结论。")
    row.verdict = verdict.value
    row.because = (
        clean(because, field="because", lines=True)
        if verdict is SecondVerdict.AGREE
        else _reason(because)
    )
    row.looked_at, row.looked_by_id = w.now, w.actor.person_id
    w.session.flush()
    w.record(SecondLookGiven(verdict.value), on=row, county=row.origin_code, reason=row.because)


def _reason(text: str) -> str:
    said = clean(text, field="because", lines=True)
    if not said:
        raise Invalid("请写明理由。", because="写明看到了什么、凭什么这样判断。")
    return said
