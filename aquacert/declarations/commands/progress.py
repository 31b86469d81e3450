"""What higher rooms call down when a declaration moves on: checked, tested, certified, arrived."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from aquacert.declarations.commands.facts import (
    DeclarationClosed,
    DeclarationInspected,
    LabStageMarked,
    LoadMoved,
)
from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.rules.states import (
    LOAD_MOVES,
    MOVES,
    Act,
    LabStage,
    LoadAct,
    LoadState,
    State,
)
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work

DONE = frozenset({LoadState.CERTIFIED.value, LoadState.ARRIVED.value, LoadState.CANCELLED.value})

# On the road of every certificate: statements made once.
LOADS, PAPERS = table_of(Load), table_of(Declaration)
LOCK_LOAD = Quick(
    select(
        LOADS.c.state,
        LOADS.c.number,
        LOADS.c.declaration_id,
        LOADS.c.organisation_id,
        LOADS.c.origin_code,
        LOADS.c.destination_code,
        PAPERS.c.number.label("paper_no"),
        PAPERS.c.state.label("paper_state"),
        PAPERS.c.origin_code.label("origin"),
    )
    .join(PAPERS, PAPERS.c.id == LOADS.c.declaration_id)
    .where(LOADS.c.id == bindparam("load"))
    .with_for_update()
)
"""The load and its declaration, both locked."""
WAITING = Quick(
    select(LOADS.c.id)
    .where(
        LOADS.c.declaration_id == bindparam("paper"),
        *(LOADS.c.state != state for state in sorted(DONE)),
    )
    .limit(1)
)
"""Asked after the lock: the last two loads may be certified in the same second."""
SET_LOAD = Quick(update(LOADS).where(LOADS.c.id == bindparam("load")).values(state=bindparam("to")))
CLOSE_PAPER = Quick(
    update(PAPERS)
    .where(PAPERS.c.id == bindparam("paper"))
    .values(state=bindparam("to"), closed_at=bindparam("now"))
)


def mark_inspected(w: Work, declaration_id: UUID) -> None:
    """Note that every batch has its verdict; a second time changes nothing."""
    paper = w.get_for_change(Declaration, declaration_id)
    if paper.state == State.INSPECTED.value:
        return
    w.move(paper, MOVES, Act.INSPECT)
    fact = DeclarationInspected(paper.number or "")
    w.record(fact, on=paper, county=paper.origin_code)
    w.tell(Topic.DECLARATION_INSPECTED, paper.id)


def mark_testing(w: Work, declaration_id: UUID, testing: str) -> None:
    """Note where the laboratory tests stand (exempt, running, done), for the five stones."""
    paper = w.get_for_change(Declaration, declaration_id)
    if paper.testing == LabStage(testing).value:
        return
    paper.testing = LabStage(testing).value
    fact = LabStageMarked(paper.number or "", paper.testing)
    w.record(fact, on=paper, county=paper.origin_code)


def mark_certified(w: Work, load_id: UUID) -> None:
    """Note that a load has its certificate; the last one closes the declaration.

    Idempotent. Called by certificates inside the issuing transaction.
    """
    load = w.row(LOCK_LOAD, load=load_id)
    if load is None or not w.sees(Load, load):
        raise NotFound
    if load.state == LoadState.CERTIFIED.value:
        return
    after = LOAD_MOVES.after(LoadState(load.state), LoadAct.CERTIFY)
    w.rows(SET_LOAD, load=load_id, to=after.value)
    w.moved(("loads", load_id), LoadAct.CERTIFY.value, load.state, after.value)
    fact = LoadMoved(load.paper_no or "", load.number, after.value)
    w.record(fact, on=("loads", str(load_id)), county=load.origin)
    if not MOVES.allows(State(load.paper_state), Act.CLOSE):
        return
    if w.row(WAITING, paper=load.declaration_id) is None:
        _close_certified(w, load)


def _close_certified(w: Work, load: Any) -> None:  # noqa: ANN401 (a row of LOCK_LOAD)
    """Close the declaration whose last load was just certified."""
    because = "全部车次已出证"
    after = MOVES.after(State(load.paper_state), Act.CLOSE).value
    w.rows(CLOSE_PAPER, paper=load.declaration_id, to=after, now=w.now)
    subject = ("declarations", load.declaration_id)
    w.moved(subject, Act.CLOSE.value, load.paper_state, after, because)
    fact = DeclarationClosed(load.paper_no or "", because)
    on = ("declarations", str(load.declaration_id))
    w.record(fact, on=on, county=load.origin, reason=because)


def mark_certificate_void(w: Work, load_id: UUID) -> None:
    """Note that a load lost its certificate: it may get another one. Idempotent."""
    load = _locked(w, load_id)
    if load.state == LoadState.PLANNED.value:
        return
    paper = _move(w, load, LoadAct.VOID)
    if paper.state == State.CLOSED.value:
        w.move(paper, MOVES, Act.REOPEN)
        paper.closed_at = None


def mark_arrived(w: Work, load_id: UUID) -> None:
    """Note that a load arrived. Idempotent."""
    load = _locked(w, load_id)
    if load.state != LoadState.ARRIVED.value:
        _move(w, load, LoadAct.ARRIVE)


def close_declaration(w: Work, declaration_id: UUID, because: str) -> None:
    """End an accepted declaration that will get no (further) certificate, saying why.

    Loads without a certificate are cancelled; what they held of the stock is free again.
    """
    if len(because.strip()) < 2:
        raise Invalid("请写明原因。", because="请写明为什么办结，至少 2 个字。")
    paper = w.get_for_change(Declaration, declaration_id)
    for load in w.scalars(
        select(Load)
        .where(Load.declaration_id == paper.id, Load.state == LoadState.PLANNED.value)
        .order_by(Load.number)
    ):
        w.move(load, LOAD_MOVES, LoadAct.CANCEL, because=because)
    _close(w, paper, because.strip())


def _close(w: Work, paper: Declaration, because: str) -> None:
    w.move(paper, MOVES, Act.CLOSE, because=because)
    paper.closed_at = w.now
    fact = DeclarationClosed(paper.number or "", because)
    w.record(fact, on=paper, county=paper.origin_code, reason=because)


def _locked(w: Work, load_id: UUID) -> Load:
    return w.get_for_change(Load, load_id)


def _move(w: Work, load: Load, act: LoadAct) -> Declaration:
    """Move a load, record it, and return its declaration locked (whatever the actor's scope)."""
    paper = w.session.get(Declaration, load.declaration_id, with_for_update=True)
    if paper is None:
        raise NotFound
    state = w.move(load, LOAD_MOVES, act)
    fact = LoadMoved(paper.number or "", load.number, state.value)
    w.record(fact, on=load, county=paper.origin_code)
    return paper
