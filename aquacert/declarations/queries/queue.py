"""The desk's tabs among a million declarations: the ids of one tab in order, never all of them.

Whose rows they are is a choice of several parties (place, office, vet …). As one OR it makes the
database sort everything it finds; asked apart, each party has an index that is already in order, so
that a tab costs what it shows. Past `CAP` a tab is not counted: such a list is searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, union_all

from aquacert.declarations.models import Declaration
from aquacert.declarations.rules.states import State
from aquacert.kernel.work import Look

CAP = 500
MOST_FOUND = 200
"""A search that finds more is narrowed down, not paged through."""
MOST_ARMS = 12
TABS: dict[str, tuple[State, ...]] = {
    "waiting": (State.SUBMITTED,),
    "supplement": (State.SUPPLEMENT_REQUESTED,),
    "accepted": (State.ACCEPTED,),
    "assigned": (State.ASSIGNED, State.INSPECTED),
    "refused": (State.REFUSED,),
    "closed": (State.CLOSED, State.WITHDRAWN),
}
ORDER: dict[str, ColumnElement[Any]] = {
    "waiting": Declaration.answer_due_at.asc(),
    "supplement": Declaration.reply_due_at.asc(),
    "accepted": Declaration.submitted_at.asc(),
    "assigned": Declaration.submitted_at.asc(),
    "refused": Declaration.closed_at.desc(),
    "closed": Declaration.closed_at.desc(),
}
"""The nearest limit first; what is over, the newest first."""
KEYS = {
    "waiting": Declaration.answer_due_at,
    "supplement": Declaration.reply_due_at,
    "accepted": Declaration.submitted_at,
    "assigned": Declaration.submitted_at,
    "refused": Declaration.closed_at,
    "closed": Declaration.closed_at,
}


def found_ids(look: Look, tab: str, condition: ColumnElement[bool]) -> list[UUID]:
    """Return the first ids of what a search finds under a tab, in its order: `MOST_FOUND` at most.

    What the words name is asked first, whosever it is, and the row scope of those few afterwards:
    in one statement SQLite walks a party's whole list instead. Only where others' rows fill the
    first ones is the list of whoever asks gone through.
    """
    key = KEYS[tab]
    stands = or_(*(and_(*_stands(state)) for state in TABS[tab]))
    named = look.scalars(
        select(Declaration.id)
        .where(condition, stands)
        .order_by(ORDER[tab], Declaration.id)
        .limit(MOST_FOUND)
    )
    # A CASE no index serves: else SQLite walks every row of the parties to find these few.
    visible = case((look.visible(Declaration), 1), else_=0) == 1
    theirs = select(Declaration.id, key.label("at")).where(Declaration.id.in_(named), visible)
    found = {row.id: row.at for row in look.session.execute(theirs)}
    if len(named) == MOST_FOUND and len(found) < MOST_FOUND:
        return tab_ids(look, tab, condition, top=MOST_FOUND)
    return _ordered(tab, found)


def tab_ids(look: Look, tab: str, *more: ColumnElement[bool], top: int = CAP) -> list[UUID]:
    """Return the first `top` ids of a tab in its order. Drafts stay out."""
    key = KEYS[tab]
    parts = [
        select(Declaration.id.label("id"), key.label("at"))
        .where(arm, *_stands(state), *more)
        .order_by(ORDER[tab], Declaration.id)
        .limit(top)
        .subquery()
        for arm in arms(look)
        for state in TABS[tab]
    ]
    found = look.session.execute(union_all(*(select(part.c.id, part.c.at) for part in parts)))
    return _ordered(tab, {row.id: row.at for row in found})[:top]


def _ordered(tab: str, placed: dict[UUID, Any]) -> list[UUID]:
    newest = tab in {"refused", "closed"}
    first = sorted(placed, key=lambda one: one.hex)
    first.sort(key=lambda one: (placed[one] is None, placed[one]), reverse=newest)
    return first


def counted(look: Look, states: Sequence[State], *more: ColumnElement[bool]) -> int:
    """Return how many declarations stand in these states, `CAP` at most for each."""
    return min(look.session.scalar(_count(look, states, *more)) or 0, CAP)


def counted_each(look: Look) -> dict[str, int]:
    """Return the same for every tab, in one question."""
    wanted = [_count(look, states).scalar_subquery() for states in TABS.values()]
    found = look.session.execute(select(*wanted)).one()
    return {tab: min(count, CAP) for tab, count in zip(TABS, found, strict=True)}


def _count(look: Look, states: Sequence[State], *more: ColumnElement[bool]) -> Select[int]:
    parts = [
        select(Declaration.id).where(arm, *_stands(state), *more).limit(CAP).subquery()
        for arm in arms(look)
        for state in states
    ]
    every = union_all(*(select(part.c.id) for part in parts)).subquery()
    return select(func.count(every.c.id.distinct()))


def _stands(state: State) -> tuple[ColumnElement[bool], ...]:
    """Select what stands in a state and was sent: only a withdrawn one can be a draft thrown away.

    For the others the table's own CHECK says so; asked again, every row would have to be read.
    """
    here = Declaration.state == state.value
    if state is not State.WITHDRAWN:
        return (here,)
    return (here, Declaration.submitted_at.is_not(None))


def arms(look: Look) -> list[ColumnElement[bool]]:
    """Return the row scope as conditions of one value each; as one when there are too many."""
    scope = look.actor.scope
    if scope.everything:
        return [look.visible(Declaration)]
    values: dict[str, frozenset[Any]] = {
        "divisions": scope.divisions,
        "organisations": scope.organisation_ids,
        "people": frozenset({scope.person_id} if scope.person_id else ()),
    }
    parties = Declaration.__parties__ or {}
    found = [
        getattr(Declaration, column) == value
        for kind, columns in parties.items()
        for column in columns
        for value in sorted(values.get(kind, frozenset()))
    ]
    if len(found) > MOST_ARMS:
        return [look.visible(Declaration)]
    return found or [false()]
