"""Put items together: a pool is an item of its own, so that bench and plates need know nothing of pools."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Conflict, NotFound, NotReady
from aquacert.kernel.work import Work
from labs.bench.commands.rows import county_of
from labs.bench.queries import needed
from labs.custody.commands import note
from labs.intake.models import AssayOrder, Item
from labs.intake.rules import Condition, ItemKind, ItemState
from labs.pools.commands.facts import PoolMade
from labs.pools.models import Pool, PoolMember
from labs.pools.queries import candidates, limit_for, may_use
from labs.pools.rules import (
    SENTENCES,
    Candidate,
    Limit,
    MemberState,
    PoolState,
    Unfit,
    depth_of,
    unfit,
)
from labs.register.models import LabScope
from labs.register.queries import scope_for

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LONG = 6


def make_pool(w: Work, order_ids: Sequence[UUID]) -> UUID:
    """Put the items of these tests together as one pool and return its id (that of its item).

    Raises `NotReady` with every reason why they may not be one pool, `NotFound` for a test of another laboratory.
    """
    orders = [w.get_for_change(AssayOrder, order_id) for order_id in sorted(order_ids)]
    if not orders:
        raise NotReady([SENTENCES[Unfit.TOO_FEW]], "还没有选样品。")
    judged = candidates(w, orders)
    scope = scope_for(w, orders[0].lab_id, orders[0].disease_code, orders[0].method_code, w.today)
    limit = None if scope is None else limit_for(w, scope, w.today)
    reasons = [SENTENCES[why] for why in unfit(judged, limit)]
    if not may_use(w, limit):
        reasons.append(SENTENCES[Unfit.UNCHECKED_LIMIT])
    if reasons or limit is None or scope is None:
        raise NotReady(reasons, "这些样品不能放进一个混样。")
    return _make(w, orders, judged, limit, scope)


def _make(
    w: Work,
    orders: Sequence[AssayOrder],
    judged: Sequence[Candidate],
    limit: Limit,
    scope: LabScope,
) -> UUID:
    """Write a pool whose members fit together."""
    items = [needed(w, Item, order.item_id) for order in orders]
    item = _pool_item(w, items)
    order = _pool_order(w, item, scope)
    pool = w.add(
        Pool(
            id=item.id,
            lab_id=item.lab_id,
            code=item.blind_code,
            order_id=order.id,
            disease_code=order.disease_code,
            method_code=order.method_code,
            depth=depth_of(judged),
            member_count=len(orders),
            limit_words=limit.words,
            state=PoolState.OPEN,
            because="",
            made_by_id=w.actor.person_id,
            made_at=w.now,
            settled_at=None,
        )
    )
    w.session.flush()
    for one in orders:
        _hold(w, pool, one)
    codes = tuple(sorted(one.blind_code for one in items))
    for code in (*codes, pool.code):
        note(w, code, "pooled", public={"pool": pool.code, "members": str(len(codes))})
    fact = PoolMade(pool.code, pool.disease_code, codes, limit.words)
    w.record(fact, on=pool, county=county_of(w, pool.lab_id))
    return pool.id


def _hold(w: Work, pool: Pool, order: AssayOrder) -> None:
    """Let a test wait for its pool; the index of live members is the last judge of “in one pool only”."""
    order.held_by_id = pool.id
    w.add(
        PoolMember(
            id=w.new_id(),
            lab_id=pool.lab_id,
            pool_id=pool.id,
            item_id=order.item_id,
            order_id=order.id,
            state=MemberState.PENDING,
        )
    )


def _pool_item(w: Work, items: Sequence[Item]) -> Item:
    """Add the pool's own item: received here and now, of the members' kind, under a code of its own."""
    first = items[0]
    return w.add(
        Item(
            id=w.new_id(),
            consignment_id=first.consignment_id,
            lab_id=first.lab_id,
            blind_code=_free_code(w),
            kind=ItemKind.POOL.value,
            species=first.species,
            life_stage=first.life_stage,
            matrix=first.matrix,
            individuals=sum(item.individuals for item in items),
            sampled_on=min(item.sampled_on for item in items),
            water_temperature_tenths=None,
            condition=Condition.GOOD,
            condition_note="",
            received_at=w.now,
            received_by_id=w.actor.person_id,
            state=ItemState.RECEIVED,
            keep_apart=first.keep_apart,
        )
    )


def _pool_order(w: Work, item: Item, scope: LabScope) -> AssayOrder:
    """Add the one test that is asked of a pool."""
    w.session.flush()
    return w.add(
        AssayOrder(
            id=w.new_id(),
            item_id=item.id,
            lab_id=item.lab_id,
            disease_code=scope.disease_code,
            disease_name_zh=scope.disease_name_zh,
            method_code=scope.method_code,
            method_standard=scope.method_standard,
            held_by_id=None,
        )
    )


def _free_code(w: Work) -> str:
    """Return a code for a pool that no item has: letters that survive handwriting and a label printer."""
    for _try in range(20):
        code = "P-" + "".join(secrets.choice(LETTERS) for _place in range(LONG))
        if w.one(select(Item.id).where(Item.blind_code == code)) is None:
            return code
    raise Conflict("没有空的混样号，请再试一次。")


def pool_for_change(w: Work, pool_id: UUID) -> Pool:
    """Return a pool of this laboratory, locked; raise `NotFound` with a sentence when there is none."""
    try:
        return w.get_for_change(Pool, pool_id)
    except NotFound:
        raise NotFound("这个混样不在本实验室。") from None
