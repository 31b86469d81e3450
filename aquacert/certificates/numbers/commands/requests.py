"""A lower level asks for numbers (申领), the level above hands down or says why not."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from aquacert.accounts import commands as inbox
from aquacert.accounts import queries as accounts
from aquacert.accounts.models import Organisation
from aquacert.certificates.models import NumberRequest, NumberSegment
from aquacert.certificates.numbers.commands.facts import NumbersAsked, NumbersDeclined
from aquacert.certificates.numbers.commands.ledger import Holder
from aquacert.certificates.numbers.commands.segments import hand_down, name_of, not_from_above
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.numbering import LARGEST_SEGMENT
from aquacert.certificates.rules.numberstock import RequestState
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.work import Look, Work

MESSAGE = "numbers"
LINK = "/certificates/numbers"


def wish(holder: Holder, kind: str) -> str:
    """Return what a holder's stock of one form is called: body, person, form."""
    return f"{holder.body_id}:{holder.person_id or ''}:{kind}"


def ask_numbers(
    w: Work,
    *,
    kind: str,
    quantity: int,
    because: str = "",
    holder_id: UUID | None = None,
    person_id: UUID | None = None,
) -> UUID:
    """Ask the level above for numbers; return the request. The upper body gets a message.

    `holder_id` is the actor's own body unless said; a vet (`person_id`) asks his office. Raises
    `Invalid` for a quantity nobody gives, `Conflict` while the same wish is still open.
    """
    if not 0 < quantity <= LARGEST_SEGMENT:
        raise Invalid("申领数量不对。", quantity=f"请填 1 到 {LARGEST_SEGMENT} 的整数。")
    body = accounts.organisation(w, holder_id or _own_body(w))
    holder = Holder(body.id, body.division_code, person_id)
    _may_ask_for(w, holder)
    upper = body if person_id is not None else upper_of(w, body)
    row = NumberRequest(
        id=w.new_id(),
        kind=Kind(kind).value,
        wish=wish(holder, kind),
        holder_id=body.id,
        holder_person_id=person_id,
        division_code=body.division_code,
        to_id=upper.id,
        quantity=quantity,
        because=because.strip(),
        state=RequestState.OPEN.value,
        answer="",
        segment_id=None,
        asked_at=w.now,
        asked_by_id=w.actor.person_id,
        settled_at=None,
        settled_by_id=None,
    )
    _add(w, row)
    subject = f"{name_of(w, holder)}申领动物{kind}证号 {quantity} 个"
    inbox.tell(
        w,
        kind=MESSAGE,
        subject=subject,
        body=row.because,
        to_organisation=upper.id,
        link=_link(kind),
    )
    w.record(NumbersAsked(kind, quantity), on=row, county=body.division_code, reason=row.because)
    return row.id


def answer_request(
    w: Work, request_id: UUID, *, segment_id: UUID, count: int | None = None, because: str = ""
) -> UUID:
    """Hand down what was asked (or `count`) from a segment of the upper level; return the child."""
    row = _open(w, request_id)
    segment = w.get(NumberSegment, segment_id)
    if (segment.kind, segment.holder_id) != (row.kind, row.to_id):
        raise Invalid("号段和申领的种类、单位不符。", segment="请选答复单位的同种号段。")
    child = hand_down(
        w,
        segment_id,
        holder_id=row.holder_id,
        person_id=row.holder_person_id,
        count=row.quantity if count is None else count,
        because=because or "答复申领",
    )
    row.segment_id = child
    _settle(w, row, RequestState.ANSWERED, because)
    return child


def decline_request(w: Work, request_id: UUID, *, because: str) -> None:
    """Say no to a request, with the reason; the asker gets a message."""
    row = _open(w, request_id)
    reason = because.strip()
    if not reason:
        raise Invalid("不同意要写明原因。", because="请写明原因。")
    _settle(w, row, RequestState.DECLINED, reason)
    w.record(NumbersDeclined(reason), on=row, county=row.division_code, reason=reason)


def upper_of(look: Look, body: Organisation) -> Organisation:
    """Return the body a body asks: its parent, or the nearest agency above; raise `Invalid`."""
    if body.parent_id is not None:
        return accounts.organisation(look, body.parent_id)
    for agency in accounts.agencies_for(look, body.division_code):
        if agency.division_code != body.division_code:
            return agency
    raise Invalid("本单位没有上级机构可以申领，请联系系统管理员。")


def _own_body(w: Work) -> UUID:
    if w.actor.organisation_id is None:
        raise NotAllowed("申领要先有所属单位。")
    return w.actor.organisation_id


def _may_ask_for(w: Work, holder: Holder) -> None:
    """A person asks for himself or for his own body; a keeper for any body of his place."""
    scope = w.actor.scope
    if scope.everything:
        return
    if holder.person_id is not None and holder.person_id != w.actor.person_id:
        raise NotAllowed("只能为自己申领。")
    if holder.body_id in scope.organisation_ids or holder.division_code in scope.divisions:
        return
    raise NotAllowed("只能为本单位申领。")


def _add(w: Work, row: NumberRequest) -> None:
    try:
        with w.session.begin_nested():
            w.session.add(row)
            w.session.flush()
    except IntegrityError:
        raise Conflict("同样的申领已经提交，正在等上级答复。") from None


def _open(w: Work, request_id: UUID) -> NumberRequest:
    """Return an open request that the actor's level may answer; his own he may not."""
    row = w.get_for_change(NumberRequest, request_id)
    if row.state != RequestState.OPEN.value:
        raise Conflict("这份申领已经答复过了，请刷新。")
    upper = accounts.organisation(w, row.to_id)
    scope = w.actor.scope
    mine = upper.id in scope.organisation_ids or upper.division_code in scope.divisions
    if not scope.everything and not mine:
        raise NotAllowed("申领由上级答复。")
    not_from_above(w, row.to_id)
    return row


def _settle(w: Work, row: NumberRequest, state: RequestState, answer: str) -> None:
    row.state, row.answer = state.value, answer
    row.settled_at, row.settled_by_id = w.now, w.actor.person_id
    done = state is RequestState.ANSWERED
    subject = f"申领动物{row.kind}证号：{'已下发' if done else '未同意'}"
    person = row.holder_person_id
    inbox.tell(
        w,
        kind=MESSAGE,
        subject=subject,
        body=answer,
        to_person=person,
        to_organisation=None if person else row.holder_id,
        link=_link(row.kind),
    )


def _link(kind: str) -> str:
    return f"{LINK}?kind={kind}"
