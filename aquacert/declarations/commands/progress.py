"""What higher rooms call down when a declaration moves on: checked, tested, certified, arrived."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

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
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work

DONE = frozenset({LoadState.CERTIFIED.value, LoadState.ARRIVED.value, LoadState.CANCELLED.value})


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
    load = _locked(w, load_id)
    if load.state == LoadState.CERTIFIED.value:
        return
    paper = _move(w, load, LoadAct.CERTIFY)
    rest = select(Load.id).where(Load.declaration_id == paper.id, Load.state.not_in(sorted(DONE)))
    if w.one(rest) is None and MOVES.allows(State(paper.state), Act.CLOSE):
        _close(w, paper, "全部车次已出证")


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
