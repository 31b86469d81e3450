"""Which owed tests may go into one pool, grouped so that whatever stands together fits."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import Place, Result, Worksheet
from labs.bench.queries import needed, owed_orders
from labs.bench.rules import HOLDING, LIVE
from labs.intake.models import AssayOrder, Item
from labs.intake.rules import ItemState
from labs.pools.models import Pool, PoolMember
from labs.pools.queries.limits import limit_for, may_use
from labs.pools.rules import LIVE as LIVE_MEMBER
from labs.pools.rules import Candidate, Limit, MemberState
from labs.register.queries import scope_for

MOST_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class Group:
    """Owed tests that are alike enough for one pool. `limit` None = the method bears no pools here."""

    disease_code: str
    disease_name: str
    method_standard: str
    matrix: str
    species: str
    stage: str
    depth: int
    limit: Limit | None
    orders: tuple[tuple[AssayOrder, Item], ...]


def candidates(look: Look, orders: Sequence[AssayOrder]) -> list[Candidate]:
    """Return these tests as the rule judges them, in the same order."""
    ids = [order.id for order in orders]
    answered = set(
        look.scalars(
            select(Result.order_id).where(Result.order_id.in_(ids), Result.state.in_(LIVE))
        )
    )
    taken = _members(look, ids, *LIVE_MEMBER)
    single = _members(look, ids, MemberState.SINGLE)
    busy = answered | _on_sheets(look, ids)
    return [_candidate(look, order, busy, taken, single) for order in orders]


def _members(look: Look, order_ids: Sequence[UUID], *states: MemberState) -> set[UUID]:
    """Return which of these tests are members of a pool, in one of these states."""
    return set(
        look.scalars(
            select(PoolMember.order_id).where(
                PoolMember.order_id.in_(order_ids), PoolMember.state.in_(states)
            )
        )
    )


def _candidate(
    look: Look,
    order: AssayOrder,
    busy: Collection[UUID | None],
    taken: Collection[UUID],
    single: Collection[UUID],
) -> Candidate:
    """Return one test as the rule judges it; `busy` are those answered or on a worksheet."""
    item = needed(look, Item, order.item_id)
    pool = look.session.get(Pool, item.id)
    return Candidate(
        order=order.id,
        lab=order.lab_id,
        disease=order.disease_code,
        method=order.method_code,
        matrix=item.matrix,
        species=item.species,
        stage=item.life_stage,
        keep_apart=item.keep_apart,
        depth=0 if pool is None else pool.depth,
        is_owed=order.id not in busy
        and item.state == ItemState.RECEIVED
        and order.held_by_id is None,
        is_taken=order.id in taken,
        must_be_single=order.id in single and pool is None,
    )


def _on_sheets(look: Look, order_ids: Sequence[UUID]) -> set[UUID | None]:
    """Return which of these tests stand on a worksheet that is in use."""
    return set(
        look.scalars(
            select(Place.order_id)
            .join(Worksheet, Worksheet.id == Place.worksheet_id)
            .where(Place.order_id.in_(order_ids), Worksheet.state.in_(HOLDING))
        )
    )


def _lone(look: Look, order_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these tests must be done as singles, because their pool was not negative."""
    single = _members(look, order_ids, MemberState.SINGLE)
    return single - set(look.scalars(select(Pool.order_id).where(Pool.order_id.in_(single))))


def groups(look: Look, words: str = "") -> list[Group]:
    """Return the owed tests that could be pooled, alike ones together, the largest group first."""
    orders = look.scalars(owed_orders(look, words).limit(MOST_SHOWN))
    ids = [order.id for order in orders]
    unfit = _on_sheets(look, ids) | _lone(look, ids)
    found: dict[tuple[object, ...], list[tuple[AssayOrder, Item]]] = defaultdict(list)
    limits: dict[tuple[UUID, str, str], Limit | None] = {}
    for order in (one for one in orders if one.id not in unfit):
        item = needed(look, Item, order.item_id)
        limit = _limit(look, order, limits)
        pool = look.session.get(Pool, item.id)
        depth = 0 if pool is None else pool.depth
        apart = "" if limit is not None and limit.may_mix else (item.keep_apart or str(item.id))
        alike = (item.matrix, item.species, item.life_stage, depth, apart)
        found[(order.lab_id, order.disease_code, order.method_code, *alike)].append((order, item))
    made = [_group(look, tests, limits) for tests in found.values() if len(tests) > 1]
    return sorted(made, key=lambda group: (-len(group.orders), group.disease_code))


def _limit(
    look: Look, order: AssayOrder, known: dict[tuple[UUID, str, str], Limit | None]
) -> Limit | None:
    """Return the limit that binds for a test today."""
    key = (order.lab_id, order.disease_code, order.method_code)
    if key not in known:
        scope = scope_for(look, *key, look.today)
        limit = None if scope is None else limit_for(look, scope, look.today)
        known[key] = limit if may_use(look, limit) else None
    return known[key]


def _group(
    look: Look,
    tests: Sequence[tuple[AssayOrder, Item]],
    limits: dict[tuple[UUID, str, str], Limit | None],
) -> Group:
    """Return alike tests as a page shows them."""
    order, item = tests[0]
    pool = look.session.get(Pool, item.id)
    return Group(
        disease_code=order.disease_code,
        disease_name=order.disease_name_zh,
        method_standard=order.method_standard,
        matrix=item.matrix,
        species=item.species,
        stage=item.life_stage,
        depth=0 if pool is None else pool.depth,
        limit=limits[(order.lab_id, order.disease_code, order.method_code)],
        orders=tuple(tests),
    )
