"""Everybody who had a hand in a result, however far back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result, WellRow, Worksheet
from labs.bench.queries import enterers_of
from labs.instruments.queries import profile_makers
from labs.intake.models import Item
from labs.pools.models import Pool, PoolMember
from labs.register.models import LabScope
from labs.review.models import ReviewLevel, SignedResult
from labs.review.rules import Hands, Level, level_on

M = TypeVar("M", BenchRun, Item, LabScope, Pool, Worksheet)
People = dict[UUID, set[UUID]]


def hands_of(look: Look, rows: Sequence[Result]) -> dict[UUID, Hands]:
    """Return who tested and who verified each of these results, in few questions.

    Testers are those of every version of the test (a retest's first reading too), of its runs and worksheets, who made
    the profile a file was read by, and those of every pool the item was or is: who put it together and who tested it. Verifiers are all who ever signed, and of a
    result negative by pool those of the pool's.
    """
    above = _above(look, rows)
    pooled = {pool.order_id for pools in above.values() for pool in pools}
    orders = {row.order_id for row in rows} | pooled
    versions = look.scalars(select(Result).where(Result.order_id.in_(list(orders))))
    testers, verifiers = _testers(look, versions), _verifiers(look, versions)
    by_pool: People = defaultdict(set)
    for version in versions:
        by_pool[version.order_id] |= verifiers[version.id]
    found: dict[UUID, Hands] = {}
    for row in rows:
        tested, verified = set(testers[row.order_id]), set(verifiers[row.id])
        for pool in above[row.id]:
            tested |= testers[pool.order_id] | {p for p in (pool.made_by_id,) if p is not None}
            # Only a result that rests on the pool has the pool's verifiers for its own.
            verified |= by_pool[pool.order_id] if row.by_pool_id is not None else set()
        found[row.id] = Hands(frozenset(tested), frozenset(verified))
    return found


def _testers(look: Look, versions: Sequence[Result]) -> People:
    """Return, by test, who had a hand in any of these versions."""
    runs = by_id(look, BenchRun, {row.run_id for row in versions})
    sheets = by_id(look, Worksheet, {r.worksheet_id for r in runs.values() if r.worksheet_id})
    makers = profile_makers(look, {r.file_id for r in runs.values() if r.file_id})
    wells: dict[UUID | None, list[WellRow]] = defaultdict(list)
    # Also wells that a later revision replaced: who wrote them had a hand.
    wanted = WellRow.result_id.in_([row.id for row in versions])
    for well in look.scalars(select(WellRow).where(wanted)):
        wells[well.result_id].append(well)
    testers: People = defaultdict(set)
    for row in versions:
        run = runs[row.run_id]
        sheet = sheets.get(run.worksheet_id) if run.worksheet_id else None
        known = enterers_of(run, row, wells[row.id]) | ({sheet.made_by_id} if sheet else set())
        known |= {makers.get(run.file_id)} if run.file_id else set()
        testers[row.order_id] |= {person for person in known if person is not None}
    return testers


def _verifiers(look: Look, versions: Sequence[Result]) -> People:
    """Return, by result, everybody who ever signed it."""
    verifiers: People = defaultdict(set)
    for row in versions:
        if row.verified_by_id is not None:
            verifiers[row.id].add(row.verified_by_id)
    signed = SignedResult.result_id.in_([row.id for row in versions])
    for one in look.scalars(select(SignedResult).where(signed)):
        verifiers[one.result_id].add(one.person_id)
    return verifiers


def _above(look: Look, rows: Sequence[Result]) -> dict[UUID, list[Pool]]:
    """Return for each result every pool its item was or is: itself, those it was put into, and theirs."""
    found: dict[UUID, list[Pool]] = {row.id: [] for row in rows}
    waiting = {row.id: {row.item_id} for row in rows}
    while any(waiting.values()):
        items = {item for some in waiting.values() for item in some}
        pools = by_id(look, Pool, items)
        into: People = defaultdict(set)
        members = select(PoolMember).where(PoolMember.item_id.in_(list(items)))
        for member in look.scalars(members):
            into[member.item_id].add(member.pool_id)
        for row in rows:
            found[row.id] += [pools[item] for item in waiting[row.id] if item in pools]
            waiting[row.id] = {pool for item in waiting[row.id] for pool in into[item]}
    return found


def by_id(look: Look, model: type[M], ids: Iterable[UUID]) -> dict[UUID, M]:
    """Return rows by their id, in one question."""
    rows = look.scalars(select(model).where(model.id.in_(list(ids))))
    return {row.id: row for row in rows}


def level_for(look: Look, method_code: str, on: date) -> int:
    """Return how many persons must verify a result of a method that was tested on a day."""
    rows = look.scalars(select(ReviewLevel).where(ReviewLevel.method_code == method_code))
    return level_on((Level(row.verifiers, row.from_on) for row in rows), on)
