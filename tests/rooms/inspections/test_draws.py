"""The draw: days, tickets, what they decide, redraws, the board's file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from aquacert.inspections.commands.drawdays import (
    commit_days,
    reveal_days,
    take_drand,
    type_lottery,
)
from aquacert.inspections.commands.draws import (
    agree_redraw,
    ask_redraw,
    carry_over,
    do_duty,
    draw_on_acceptance,
)
from aquacert.declarations.commands import assign_vet
from aquacert.declarations.models import Declaration
from aquacert.inspections.models import DrawDay, DrawDuty, DrawTicket
from aquacert.inspections.queries import checks_of
from aquacert.inspections.queries.draws import day_document, extra_tests, ticket_of
from aquacert.inspections.rules.draw import opens_at
from aquacert.inspections.rules.drawing import TicketState
from aquacert.inspections.rules.drawproof import prove
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.sampling.queries import required_tests
from aquacert.sampling.rules import Because
from tests.make.accounts import make_person
from tests.make.declarations import make_declaration
from tests.make.draws import ISSUE, NUMBERS, fixed, give_beacon, open_today
from tests.make.labs import make_lab


def draw(db: Database, declaration_id):
    with db.work(SYSTEM) as w:
        return draw_on_acceptance(w, declaration_id)


def certain(db: Database) -> None:
    """Let everything be drawn: a book whose shares are one."""
    with db.work(SYSTEM) as w:
        pass


def test_a_day_is_committed_before_it_opens_and_its_secret_comes_out_next_morning(
    db: Database,
) -> None:
    with db.work(SYSTEM) as w:
        made = commit_days(w, fixed())
        assert w.today not in made
        assert made[0] == w.today + timedelta(days=1)
        assert len(made) == 7
        assert commit_days(w, fixed("another")) == []
    on = made[0]
    db.clock.at += timedelta(days=1)
    with db.look() as look:
        assert day_document(look, on)["secret"] is None
    with db.work(SYSTEM) as w:
        assert reveal_days(w) == []
    db.clock.at = opens_at(on + timedelta(days=1)) + timedelta(hours=7, minutes=59)
    with db.work(SYSTEM) as w:
        assert reveal_days(w) == []
    db.clock.at += timedelta(minutes=2)
    with db.work(SYSTEM) as w:
        assert reveal_days(w) == [on]
    with db.look() as look:
        found = day_document(look, on)
        row = look.one(select(DrawDay).where(DrawDay.day_on == on))
    assert found["secret"] == row.secret
    assert prove(found).wrong == ()
    assert prove(found).is_revealed


def test_one_content_has_one_ticket_and_the_same_act_twice_draws_once(db: Database) -> None:
    on = open_today(db)
    paper = make_declaration(db, state="accepted")
    first = draw(db, paper.declaration_id)
    with db.look(SYSTEM) as look:
        assert ticket_of(look, paper.declaration_id).state is TicketState.WAITING
    give_beacon(db, on)
    assert draw(db, paper.declaration_id) == first
    with db.look(SYSTEM) as look:
        line = ticket_of(look, paper.declaration_id)
        assert line.state is TicketState.DRAWN
        assert line.ticket
    assert draw(db, paper.declaration_id) == first
    with db.look(SYSTEM) as look:
        assert len(look.scalars(select(DrawTicket))) == 1


def test_a_day_without_a_commitment_draws_nothing(db: Database) -> None:
    paper = make_declaration(db, state="accepted")
    assert draw(db, paper.declaration_id) is None
    with db.look(SYSTEM) as look:
        assert ticket_of(look, paper.declaration_id) is None
