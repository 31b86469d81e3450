"""Drawing: one ticket for each content of a declaration, what it decides, redraws, duties.

Drawn or not, every batch is clinically checked and signed by its vet: nothing here takes a check
away. What a ticket once asked for stays asked, whatever a later one says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts import commands as accounts
from aquacert.declarations.commands.proposing import propose_vet
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries.proxy import hands_of
from aquacert.inspections.commands.drawfacts import (
    DutyDone,
    RedrawAsked,
    TicketAsked,
    TicketDrawn,
    TicketSuperseded,
)
from aquacert.inspections.commands.judging import must_be_apart
from aquacert.inspections.models import DrawDay, DrawDuty, DrawTicket
from aquacert.inspections.queries import drawing
from aquacert.inspections.queries.draws import day_of, live_ticket
from aquacert.inspections.rules import draw as rules
from aquacert.inspections.rules.drawing import (
    OPEN_PAPERS,
    REDRAWN,
    SUPERSEDED_WORDS,
    DutyKind,
    DutyState,
    Superseded,
    TicketState,
)
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean


def draw_on_acceptance(w: Work, declaration_id: UUID) -> UUID | None:
    """Draw an accepted declaration; return its ticket, None where today nothing is drawn.

    The same content again gives the same ticket (F20). Without a beacon the ticket waits.
    """
    paper = w.get_for_change(Declaration, declaration_id)
    day = _open_day(w)
    before = live_ticket(w, declaration_id)
    if paper.state not in OPEN_PAPERS or (day is None and before is None):
        return before.id if before else None
    if before is not None:
        said = rules.content_hash(bytes.fromhex(before.salt), drawing.content_bytes(w, paper))
        if said.hex() == before.content_hash:
            return before.id
        _supersede(w, before, Superseded.CONTENT)
    return _ask(w, paper, day, 1).id if day else None


def draw_waiting(w: Work, day: DrawDay) -> int:
    """Draw every ticket of a day that waited for its beacon; return how many."""
    rows = w.scalars(
        select(DrawTicket)
        .where(DrawTicket.day_id == day.id, DrawTicket.state == TicketState.WAITING.value)
        .order_by(DrawTicket.id)
    )
    for row in rows:
        _settle(w, day, row, w.get_for_change(Declaration, row.declaration_id))
    return len(rows)


def catch_up(w: Work) -> int:
    """Draw what was entered in the very moment its day's beacon came, and saw none; return how many.

    Not once the secret is out: lists made then could be made to please.
    """
    days = select(DrawDay).where(DrawDay.beacon_value.is_not(None), DrawDay.revealed_at.is_(None))
    return sum(draw_waiting(w, day) for day in w.scalars(days.order_by(DrawDay.day_on)))


def carry_over(w: Work) -> int:
    """Give what waited on a past day for a beacon that never came a ticket of today; return how many."""
    rows = w.scalars(
        select(DrawTicket)
        .join(DrawDay, DrawDay.id == DrawTicket.day_id)
        .where(DrawTicket.state == TicketState.WAITING.value, DrawDay.day_on < w.today)
        .order_by(DrawTicket.id)
    )
    for row in rows:
        row.state = TicketState.MISSED.value
        _supersede(w, row, Superseded.NO_BEACON)
        draw_on_acceptance(w, row.declaration_id)
    return len(rows)


def ask_redraw(w: Work, ticket_id: UUID, because: str, note: str) -> None:
    """Ask for a redraw, with its ground; another person must agree."""
    row = _redrawable(w, ticket_id)
    if because not in REDRAWN:
        raise Invalid("请选重抽的理由。", because="请在列出的理由里选一项。")
    said = clean(note, field="note", lines=True)
    if not said:
        raise Invalid("请写明情况。", note="写明哪里不对，另一名人员要照这个判断。")
    row.redraw_because, row.redraw_note = because, said
    row.redraw_by_id, row.redraw_at = w.actor.person_id, w.now
    w.record(RedrawAsked(row.number, because), on=row, county=row.origin_code)


def agree_redraw(w: Work, ticket_id: UUID) -> UUID:
    """Agree to a redraw as the second person; the old ticket stays on the board. Return the new one."""
    row = _redrawable(w, ticket_id)
    if row.redraw_by_id is None or row.redraw_because is None:
        raise NotAllowedNow("还没有人申请重抽。")
    if row.redraw_by_id == w.actor.person_id:
        raise NotAllowed("重抽要由另一名人员同意。")
    paper = w.get_for_change(Declaration, row.declaration_id)
    day = _open_day(w)
    if day is None:
        raise NotAllowedNow("今天没有公布过承诺，不能重抽。")
    row.agreed_by_id = w.actor.person_id
    _supersede(w, row, Superseded(row.redraw_because))
    asked = select(func.count()).where(DrawTicket.declaration_id == paper.id)
    count = w.session.scalar(asked.select_from(DrawTicket)) or 0
    return _ask(w, paper, day, count + 1).id


def do_duty(w: Work, duty_id: UUID, *, agrees: bool, note: str = "") -> None:
    """Record a second look: whether it came to what the first had found; once."""
    duty = w.get_for_change(DrawDuty, duty_id)
    paper = w.get_for_change(Declaration, duty.declaration_id)
    needed = P.INSPECTION_INSPECT if duty.kind == DutyKind.SECOND_VET else P.DRAW_KEEP
    if not w.actor.may(needed):
        raise NotAllowed
    involved = {paper.vet_id, paper.declared_by_id, paper.answered_by_id, *hands_of(w, paper.id)}
    if w.actor.person_id in involved:
        raise NotAllowed("复看复核要由没有办过这份申报的人做。")
    must_be_apart(w, paper.vet_id, legal_day(duty.asked_at), "自己查验的由别人来看。")
    if duty.state != DutyState.OPEN.value:
        raise NotAllowedNow("这一项已经做过了。")
    said = clean(note, field="note", lines=True)
    if not agrees and not said:
        raise Invalid("不一致的，写明哪里不一致。", note="写明哪里不一致。")
    duty.state, duty.done_at, duty.done_by_id = DutyState.DONE.value, w.now, w.actor.person_id
    duty.agrees, duty.note = agrees, said
    w.record(DutyDone(duty.number, duty.kind, agrees), on=duty, county=duty.origin_code)
    if not agrees and paper.vet_id is not None:
        subject = f"{duty.number} 的复看和您的检疫不一致，请看。"
        link = f"/draws/papers/{paper.id}"
        accounts.tell(w, to_person=paper.vet_id, kind="inspection", subject=subject, link=link)


def _open_day(w: Work) -> DrawDay | None:
    """Return today's day, None where none was committed or its secret is known (a clock set back)."""
    day = day_of(w, w.today)
    return None if day is None or day.revealed_at is not None else day


def _redrawable(w: Work, ticket_id: UUID) -> DrawTicket:
    row = w.get_for_change(DrawTicket, ticket_id)
    paper = w.get(Declaration, row.declaration_id)
    if row.state != TicketState.DRAWN.value or row.superseded_at is not None:
        raise NotAllowedNow("只有还算数的签可以重抽。")
    if paper.state not in OPEN_PAPERS:
        raise NotAllowedNow("已经查验完的申报不再重抽。")
    return row


def _supersede(w: Work, row: DrawTicket, because: Superseded) -> None:
    row.superseded_at, row.superseded_because = w.now, because.value
    fact = TicketSuperseded(row.number, because.value)
    w.record(fact, on=row, county=row.origin_code, reason=SUPERSEDED_WORDS[because])


def _ask(w: Work, paper: Declaration, day: DrawDay, attempt: int) -> DrawTicket:
    """Enter the declaration's content for the draw, and draw where the day has its beacon."""
    number, content = paper.number or "", drawing.content_bytes(w, paper)
    salt = rules.salt(bytes.fromhex(day.salt_key), number, content)
    row = w.add(
        DrawTicket(
            id=w.new_id(),
            day_id=day.id,
            declaration_id=paper.id,
            number=number,
            origin_code=paper.origin_code,
            office_id=paper.office_id,
            organisation_id=paper.organisation_id,
            attempt=attempt,
            salt=salt.hex(),
            content_hash=rules.content_hash(salt, content).hex(),
            state=TicketState.WAITING.value,
            asked_at=w.now,
        )
    )
    fact = TicketAsked(number, attempt, row.content_hash)
    w.record(fact, on=row, county=row.origin_code)
    if day.beacon_value is not None:
        _settle(w, day, row, paper)
    return row


@dataclass(frozen=True)
class _Draw:
    """One draw with what stands behind its lists."""

    line: dict[str, Any]
    tests: drawing.Candidates
    vets: drawing.Candidates

    def behind(self, which: str) -> tuple[UUID, str] | None:
        """Return what the draw fell on in a list."""
        at = self.line["results"][which]
        found = self.tests if which == rules.WHICH_TEST else self.vets
        return None if at is None else found.behind[at]


def _settle(w: Work, day: DrawDay, row: DrawTicket, paper: Declaration) -> None:
    """Draw a ticket and do what it decides."""
    done = _drawn(w, day, row, paper)
    row.state, row.drawn_at = TicketState.DRAWN.value, w.now
    row.ticket, row.line = done.line["ticket"], done.line
    if paper.state in OPEN_PAPERS:
        if extra := done.behind(rules.WHICH_TEST):
            row.extra_batch_id, row.extra_disease = extra
        if sent := done.behind(rules.WHICH_VET):
            row.vet_id = sent[0]
            propose_vet(w, paper.id, row.vet_id)
        for kind in DutyKind:
            if done.line["results"][kind.value]:
                _duty(w, row, kind)
    fact = TicketDrawn(row.number, row.ticket, done.line["line_sha256"], done.line["results"])
    w.record(fact, on=row, county=row.origin_code)
    accounts.tell(
        w,
        to_organisation=row.office_id,
        kind="inspection",
        subject=f"{row.number} 已抽签，请看抽签结果和建议派的官方兽医。",
        link=f"/draws/papers/{row.declaration_id}",
    )


def _drawn(w: Work, day: DrawDay, row: DrawTicket, paper: Declaration) -> _Draw:
    """Return the line that is published, with every input of it."""
    book = day.book
    at_risk = drawing.risk(w, paper, book["weights"])
    found = drawing.factors(w, paper, book["species_diseases"], at_risk)
    weight = rules.weight_of(found, book["weights"])
    tests = drawing.tests(w, paper)
    vets = drawing.vets(w, paper, bytes.fromhex(day.salt_key))
    content = bytes.fromhex(row.content_hash)
    secret = bytes.fromhex(day.secret)
    ticket = rules.ticket(secret, day.beacon_value or "", row.number, content, row.attempt)
    line: dict[str, Any] = {
        "number": row.number,
        "county": row.origin_code,
        "attempt": row.attempt,
        "state": TicketState.DRAWN.value,
        "content_hash": row.content_hash,
        "drawn_at": w.now.isoformat(),
        "ticket": ticket.hex(),
        "factors": found,
        "weight": weight,
        **({"risk": at_risk} if at_risk is not None else {}),
        "tests": [list(one) for one in tests.lines],
        "tests_sha256": rules.list_hash(tests.lines).hex(),
        "vets": [list(one) for one in vets.lines],
        "vets_sha256": rules.list_hash(vets.lines).hex(),
        "results": rules.results(ticket, weight, book["shares"], tests.lines, vets.lines),
    }
    line["line_sha256"] = rules.line_hash(line).hex()
    return _Draw(line, tests, vets)


def _duty(w: Work, row: DrawTicket, kind: DutyKind) -> None:
    """Ask for a second look; one of a kind is enough for a declaration, however often it is drawn."""
    asked = select(DrawDuty).where(
        DrawDuty.declaration_id == row.declaration_id, DrawDuty.kind == kind.value
    )
    if w.one(asked) is not None:
        return
    w.add(
        DrawDuty(
            id=w.new_id(),
            ticket_id=row.id,
            declaration_id=row.declaration_id,
            origin_code=row.origin_code,
            office_id=row.office_id,
            number=row.number,
            kind=kind.value,
            state=DutyState.OPEN.value,
            asked_at=w.now,
        )
    )
