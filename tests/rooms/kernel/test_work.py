"""What Work promises: one trail, one effect, nothing unexplained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from aquacert.accounts.models import Capability
from aquacert.kernel.audit import AuditEntry, Fact, verify_chains
from aquacert.kernel.errors import Conflict, NotFound, Repeated
from aquacert.kernel.idempotency import once
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Unaudited

if TYPE_CHECKING:
    from aquacert.kernel.work import Database, Work


@dataclass(frozen=True)
class Noted(Fact):
    tag = "kernel:test:note"
    title = "试记一笔"
    words: str


def note(w: Work, words: str = "一") -> None:
    w.record(Noted(words), on=("tests", "1"), county="320102")


def test_a_change_nobody_explains_is_refused(db: Database) -> None:
    with pytest.raises(Unaudited), db.work(SYSTEM) as w:
        w.session.execute(text("CREATE TABLE things (id INTEGER)"))
        w.session.execute(text("INSERT INTO things VALUES (1)"))


def test_a_row_put_by_a_quick_statement_is_whole_and_wants_its_fact_like_any_other(
    db: Database,
) -> None:
    def switch(w: Work) -> Capability:
        words = {"name": "试", "division_code": "320102", "because": "试用"}
        return Capability(id=w.new_id(), **words, is_on=False, since_at=w.now)

    with pytest.raises(Unaudited), db.work(SYSTEM) as w:
        w.put(switch(w))
    with db.work(SYSTEM) as w:
        kept = w.put(switch(w))
        note(w)
    with db.look(SYSTEM) as look:
        found = look.get(Capability, kept.id)
        assert (found.because, found.is_on, found.since_at) == ("试用", False, kept.since_at)
        with pytest.raises(NotFound):
            look.get(Capability, UUID(int=7))


def test_facts_of_a_county_form_one_chain(db: Database) -> None:
    for words in ("一", "二", "三"):
        with db.work(SYSTEM) as w:
            note(w, words)
    with db.look(SYSTEM) as look:
        assert verify_chains(look.session) == []
        positions = look.scalars(
            select(AuditEntry.position)
            .where(AuditEntry.chain == "320102")
            .order_by(AuditEntry.position)
        )
        assert positions == [1, 2, 3]


def test_the_trail_refuses_to_be_changed(db: Database) -> None:
    with db.work(SYSTEM) as w:
        note(w)
    for statement in ("UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries"):
        with pytest.raises(Exception, match="append-only"), db.work(SYSTEM) as w:
            w.session.execute(text(statement))


def test_a_repeated_key_gets_the_first_answer_and_has_one_effect(db: Database) -> None:
    key = once("k1", "POST", "/x", "body")
    with db.work(SYSTEM, once=key) as w:
        note(w)
        w.reply = "/there"
    with pytest.raises(Repeated, match="/there"), db.work(SYSTEM, once=key) as w:
        note(w)
    with pytest.raises(Conflict), db.work(SYSTEM, once=once("k1", "POST", "/x", "other")) as w:
        note(w)
    with db.look(SYSTEM) as look:
        count = select(func.count()).select_from(AuditEntry).where(AuditEntry.tag == Noted.tag)
        assert look.session.scalar(count) == 1


def test_a_page_that_broke_half_read_leaves_no_old_snapshot_to_the_next(db: Database) -> None:
    count = select(func.count()).select_from(AuditEntry).where(AuditEntry.tag == Noted.tag)
    with db.work(SYSTEM) as w:
        note(w)
        note(w, "二")
    with pytest.raises(ZeroDivisionError) as held, db.look(SYSTEM) as look:
        rows = look.session.execute(text("SELECT seq FROM audit_entries"))
        next(iter(rows))
        raise ZeroDivisionError
    with db.work(SYSTEM) as w:
        note(w, "三")
    with db.look(SYSTEM) as look:
        assert look.session.scalar(count) == 3
    assert held.value.__traceback__ is not None


def test_a_page_cannot_write(db: Database) -> None:
    with pytest.raises(Exception, match="(?i)read-?only|没有回应"), db.look(SYSTEM) as look:
        look.session.execute(text("DELETE FROM outbox"))
