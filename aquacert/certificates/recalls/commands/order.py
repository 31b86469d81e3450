"""The two persons' acts: order (suspends), confirm (recalls) or reject (resumes)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert

from aquacert.accounts import commands as accounts
from aquacert.certificates.models import RecallHit, RecallOrder
from aquacert.certificates.recalls import queries
from aquacert.certificates.recalls.commands.facts import (
    RecallConfirmed,
    RecallOrdered,
    RecallRejected,
)
from aquacert.certificates.rules.recalls import (
    RECALL_MOVES,
    HitState,
    Question,
    RecallAct,
    RecallState,
    checked,
    decision_digest,
    order_digest,
)
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work

SHORTEST_REASON = 2


def give_order(w: Work, question: Question, because: str) -> UUID:
    """Freeze what a question hits now and have it suspended at once; return the order's id.

    Raises `Invalid` without a reason or a condition, or when it hits nothing live.
    """
    because = _reason(because)
    found = queries.live_hits(w, checked(question))
    if not found:
        raise Invalid("这些条件下没有有效的证书。", form="请改条件。")
    if len(found) > queries.MOST:
        raise Invalid("命中太多。", form=f"一次最多 {queries.MOST} 张，请分段召回。")
    numbers = [number for _id, number, _status in found]
    row = w.add(
        RecallOrder(
            id=w.new_id(),
            county=w.actor.county or f"{w.settings.province}0000",
            state=RecallState.ORDERED.value,
            question=question.as_json(),
            words=queries.words_of(w, question),
            because=because,
            digest=order_digest(question, because, numbers),
            hits=len(found),
            ordered_at=w.now,
            ordered_by_id=w.actor.person_id,
            ordered_by=w.actor.label,
            decided_at=None,
            decided_by_id=None,
            decided_by="",
            decided_because="",
            finished_at=None,
        )
    )
    w.session.execute(
        insert(RecallHit),
        [
            {
                "id": w.new_id(),
                "order_id": row.id,
                "certificate_id": certificate_id,
                "number": number,
                "was": status,
                "state": HitState.WAITING.value,
            }
            for certificate_id, number, status in found
        ],
    )
    fact = RecallOrdered(row.words, row.hits, row.digest)
    w.record(fact, on=row, county=row.county, reason=because)
    w.tell(Topic.RECALL_MOVED, row.id)
    return row.id


def confirm(w: Work, order_id: UUID, because: str) -> None:
    """Have everything an order hit recalled: by another person, with a fresh second factor.

    The second factor is bound to this act on this order's digest (rules.recalls.decision_digest).
    """
    row = _second(w, order_id, because)
    accounts.spend_step_up(w, decision_digest(RecallAct.CONFIRM, row.digest))
    _decide(w, row, RecallAct.CONFIRM, because)
    fact = RecallConfirmed(row.digest, because)
    w.record(fact, on=row, county=row.county, reason=because)


def reject(w: Work, order_id: UUID, because: str) -> None:
    """Have what an order suspended valid again: by another person, with a fresh second factor."""
    row = _second(w, order_id, because)
    accounts.spend_step_up(w, decision_digest(RecallAct.REJECT, row.digest))
    _decide(w, row, RecallAct.REJECT, because)
    fact = RecallRejected(row.digest, because)
    w.record(fact, on=row, county=row.county, reason=because)


def _second(w: Work, order_id: UUID, because: str) -> RecallOrder:
    _reason(because)
    row = w.get_for_change(RecallOrder, order_id)
    if row.ordered_by_id == w.actor.person_id:
        raise NotAllowed("召回要两个人：下达的人不能自己确认或驳回。")
    if row.state != RecallState.ORDERED.value:
        raise NotAllowedNow("这份召回已经有人办过了。")
    if row.finished_at is None:
        raise Conflict("还在逐张暂停，请等办完再确认。")
    return row


def _decide(w: Work, row: RecallOrder, act: RecallAct, because: str) -> None:
    row.decided_at, row.decided_by_id, row.decided_by = w.now, w.actor.person_id, w.actor.label
    row.decided_because, row.finished_at = because.strip(), None
    w.move(row, RECALL_MOVES, act, because=because)
    w.tell(Topic.RECALL_MOVED, row.id)


def _reason(because: str) -> str:
    if len(because.strip()) < SHORTEST_REASON:
        raise Invalid("请写明原因。", because="请写明原因，至少两个字。")
    return because.strip()
