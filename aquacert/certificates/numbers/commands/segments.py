"""Segments come in at the top, go down level by level, and what is unused may come back up."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from aquacert.accounts import queries as accounts
from aquacert.accounts.models import Organisation
from aquacert.certificates.models import CertificateNumber, NumberSegment
from aquacert.certificates.numbers.commands import ledger, outside
from aquacert.certificates.numbers.commands.facts import (
    SegmentHandedDown,
    SegmentReceived,
    SegmentReturned,
)
from aquacert.certificates.numbers.commands.ledger import Holder, holder_of
from aquacert.certificates.numbers.queries.receivers import lies_below
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.numbering import Range, as_text, parse_number, parse_range
from aquacert.certificates.rules.numberstock import Act
from aquacert.certificates.rules.pieces import front, tail
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.work import Look, Work


def receive_segment(
    w: Work, *, holder_id: UUID, kind: str, first: str, last: str, because: str
) -> UUID:
    """Book a segment that came from the province (入库); return its id.

    Raises `Invalid` when it is no segment of this province or overlaps one already received,
    `NotAllowed` unless the keeper is the province's: a county never books numbers for itself.
    """
    only_the_province(w)
    segment = parse_range(first, last, province=w.settings.province)
    holder = accounts.organisation(w, holder_id)
    if holder.kind != "agency" or holder.state != "open":
        raise Invalid("号段只能交给在用的机构。", holder="请选一个在用的机构。")
    taker = Holder(holder.id, holder.division_code)
    row = ledger.segment_row(
        w, kind=Kind(kind).value, numbers=segment, holder=taker, because=because
    )
    clash = clash_with(w, segment)
    if not clash:
        clash = _add_root(w, row, segment)
    if clash:
        raise Invalid("号段与已入库的号段重叠。", first=clash)
    ledger.write(w, Act.RECEIVE, row, segment, giver=None, taker=taker, because=because)
    w.record(
        SegmentReceived(row.kind, as_text(row.first), as_text(row.last), holder.name_zh),
        on=row,
        county=holder.division_code,
        reason=because,
    )
    outside.mark_segment(w, row)
    return row.id


def only_the_province(w: Work) -> None:
    """Raise `NotAllowed` unless the actor keeps the province's numbers."""
    scope = w.actor.scope
    if not scope.everything and f"{w.settings.province}0000" not in scope.divisions:
        raise NotAllowed("号段由省级票证管理员入库；市县从上级下发的号段里领取。")


def clash_with(look: Look, segment: Range) -> str:
    """Return a sentence that names what a segment from outside would overlap, or ""."""
    other = look.one(
        select(NumberSegment)
        .where(
            NumberSegment.parent_id.is_(None),
            NumberSegment.first <= segment.last,
            NumberSegment.last >= segment.first,
        )
        .order_by(NumberSegment.first)
    )
    if other is not None:
        holder = accounts.organisation(look, other.holder_id).name_zh
        used = "，已用过一部分" if other.next_free > other.first else ""
        return f"与 {Range(other.first, other.last)} 重叠（{holder}，动物{other.kind}{used}）。"
    taken = look.one(
        select(CertificateNumber.number).where(
            CertificateNumber.number.between(as_text(segment.first), as_text(segment.last))
        )
    )
    return f"号 {taken} 已经用过。" if taken else ""


def _add_root(w: Work, row: NumberSegment, segment: Range) -> str:
    """Add a root segment; return what it clashes with when another receipt was faster."""
    try:
        with w.session.begin_nested():
            w.session.add(row)
            w.session.flush()
    except IntegrityError:
        return clash_with(w, segment) or "与刚刚登记的号段重叠，请刷新。"
    return ""


def hand_down(
    w: Work,
    segment_id: UUID,
    *,
    holder_id: UUID,
    count: int,
    because: str = "",
    person_id: UUID | None = None,
    first: str = "",
) -> UUID:
    """Hand `count` numbers of a segment to a body below, or to a vet of the body; return the child.

    The next free numbers, or those from `first` on. Raises `Invalid` when they are not all free or
    the receiver does not lie below the holder, `NotFound` for a segment out of the actor's scope.
    """
    parent = w.get_for_change(NumberSegment, segment_id)
    not_from_above(w, parent.holder_id)
    taker = _receiver(w, parent, holder_id, person_id)
    wanted = front(ledger.piece_of(parent), count)
    if first.strip():
        start = parse_number(first)
        wanted = Range(start, start + count - 1)
    ledger.cut_out(w, parent, wanted)
    row = ledger.new_segment(w, parent, wanted, taker, giver_id=parent.id, because=because)
    giver = holder_of(parent)
    ledger.write(w, Act.HAND_DOWN, row, wanted, giver=giver, taker=taker, because=because)
    w.record(
        SegmentHandedDown(row.kind, as_text(row.first), as_text(row.last), name_of(w, taker)),
        on=row,
        county=taker.division_code,
        reason=because,
    )
    outside.mark_segment(w, row)
    return row.id


def return_up(w: Work, segment_id: UUID, *, count: int | None = None, because: str) -> UUID:
    """Give the last `count` free numbers (all when None) back to the level they came from.

    What was used stays. The numbers become a segment of the upper holder's, which it can hand out
    again or return further. Raises `Invalid` when nothing is free, there is no reason, or the
    segment came from outside.
    """
    row = w.get_for_change(NumberSegment, segment_id)
    not_from_above(w, row.holder_id)
    if not because.strip():
        raise Invalid("退回要写明原因。", because="请写明原因。")
    if row.giver_id is None:
        raise Invalid("这一段是省里入库的，没有上级可退。")
    piece = ledger.piece_of(row)
    if piece.free is None:
        raise Conflict("本段已经没有结存，没有可退的号。请刷新。")
    wanted = piece.free if count is None else tail(piece, count)
    upper = w.session.get_one(NumberSegment, row.giver_id)
    giver, taker = holder_of(row), holder_of(upper)
    ledger.cut_out(w, row, wanted)
    back = ledger.new_segment(w, row, wanted, taker, giver_id=upper.giver_id, because=because)
    ledger.write(w, Act.RETURN, back, wanted, giver=giver, taker=taker, because=because)
    w.record(
        SegmentReturned(back.kind, as_text(back.first), as_text(back.last), name_of(w, taker)),
        on=back,
        county=giver.division_code,
        reason=because,
    )
    outside.mark_segment(w, back)
    return back.id


def name_of(look: Look, holder: Holder) -> str:
    """Return a holder's public name: the body, and the number of its vet."""
    body = accounts.organisation(look, holder.body_id).name_zh
    if holder.person_id is None:
        return body
    return f"{body} 官方兽医 {accounts.vet_number(look, holder.person_id)}"


def not_from_above(w: Work, holder_id: UUID) -> None:
    """Raise `NotAllowed` when the actor's own body lies below the holder, or beside it.

    An office sees the segments of its whole county; it may help itself neither from the county's
    nor from its neighbour's.
    """
    own = w.actor.organisation_id
    if w.actor.scope.everything or own is None or own == holder_id:
        return
    holder, mine = accounts.organisation(w, holder_id), accounts.organisation(w, own)
    if lies_below(w, mine, holder):
        raise NotAllowed("上级的号段由上级办理；不够用请申领。")
    if mine.parent_id is not None and mine.parent_id == holder.parent_id:
        raise NotAllowed("同级单位的号段由它自己或上级办理。")


def _receiver(w: Work, parent: NumberSegment, holder_id: UUID, person_id: UUID | None) -> Holder:
    """Return whom the numbers go to; raise `Invalid` unless that is a body or a vet below."""
    if parent.holder_person_id is not None:
        raise Invalid("官方兽医手里的号段不能再下发，只能退回。")
    receiver = accounts.organisation(w, holder_id)
    if receiver.kind != "agency" or receiver.state != "open":
        raise Invalid("号段只能下发给在用的机构。", holder="请选一个在用的机构。")
    if person_id is not None:
        _must_be_vet(w, parent, receiver, person_id)
        return Holder(receiver.id, receiver.division_code, person_id)
    giver = accounts.organisation(w, parent.holder_id)
    if not lies_below(w, receiver, giver):
        raise Invalid(
            "号段只能下发给下级。",
            holder=f"{receiver.name_zh}不是{giver.name_zh}的下级，请选它的下级单位。",
        )
    return Holder(receiver.id, receiver.division_code)


def _must_be_vet(w: Work, parent: NumberSegment, body: Organisation, person_id: UUID) -> None:
    if body.id != parent.holder_id:
        raise Invalid("号段由申报点发给本单位的官方兽医。", holder="请选本单位的官方兽医。")
    if person_id not in {vet.person_id for vet in accounts.official_vets(w, body.id, w.today)}:
        raise Invalid("这个人不是本单位在任的官方兽医。", holder="请选本单位在任的官方兽医。")
