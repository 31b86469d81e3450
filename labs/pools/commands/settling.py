"""What a pool's verified outcome does to its members, and how a pool is given up or taken back."""

from uuid import UUID

from sqlalchemy import func, select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from labs.bench.commands.rows import county_of
from labs.bench.models import Result
from labs.bench.queries import needed
from labs.bench.rules import LIVE, RESULT_MOVES, Outcome, ResultAct, ResultState
from labs.custody.commands import note
from labs.intake.models import AssayOrder, Item
from labs.pools.commands.facts import PoolDissolved, PoolRetracted, PoolSettled
from labs.pools.commands.making import pool_for_change
from labs.pools.models import Pool, PoolMember
from labs.pools.queries import live_result, members_of
from labs.pools.rules import MEMBER_MOVES, MOVES, MemberAct, PoolAct, act_of
from labs.turnaround.commands import Mark, mark


def settle_pool(w: Work, result: Result) -> None:
    """Bring a pool's verified outcome to its members; nothing happens when the result is no pool's.

    Negative: each member has a verified result “negative by pool” by the same hands. Anything else: each is owed again,
    a sample as a single, an inner pool as the pool it is.
    """
    pool = w.session.get(Pool, result.item_id, with_for_update=True)
    if pool is None:
        return
    act, member_act = act_of(result.outcome)
    w.move(pool, MOVES, act)
    pool.settled_at = w.now
    codes = []
    for member in members_of(w, pool.id):
        w.move(member, MEMBER_MOVES, member_act)
        order = needed(w, AssayOrder, member.order_id)
        order.held_by_id = None
        codes.append(needed(w, Item, member.item_id).blind_code)
        if member_act is MemberAct.CLEAR:
            settle_pool(w, _negative_by_pool(w, pool, member, result))
    fact = PoolSettled(pool.code, result.outcome, tuple(codes))
    w.record(fact, on=pool, county=county_of(w, pool.lab_id))


def _negative_by_pool(w: Work, pool: Pool, member: PoolMember, result: Result) -> Result:
    """Add a member's result: negative by the pool, entered and verified by the pool's own hands."""
    before = w.session.scalar(
        select(func.max(Result.version)).where(Result.order_id == member.order_id)
    )
    row = w.add(
        Result(
            id=w.new_id(),
            lab_id=pool.lab_id,
            run_id=result.run_id,
            item_id=member.item_id,
            order_id=member.order_id,
            scope_id=result.scope_id,
            version=(before or 0) + 1,
            outcome=Outcome.NEGATIVE,
            finding=f"混样 {pool.code} 阴性",
            is_manual=result.is_manual,
            state=ResultState.VERIFIED,
            because="",
            entered_by_id=result.entered_by_id,
            entered_at=result.entered_at,
            tested_on=result.tested_on,
            verified_by_id=result.verified_by_id,
            verified_at=result.verified_at,
            by_pool_id=pool.id,
        )
    )
    w.session.flush()
    for what in (Mark.ENTERED, Mark.VERIFIED):
        mark(w, [member.order_id], what)
    code = needed(w, Item, member.item_id).blind_code
    note(w, code, "tested", public={"pool": pool.code, "outcome": row.outcome})
    return row


def dissolve_pool(w: Work, pool_id: UUID, because: str) -> None:
    """Give up a pool that has no result; its members are owed as singles. Raises `Invalid` without a reason."""
    pool = pool_for_change(w, pool_id)
    _need_reason(because)
    if live_result(w, pool.order_id) is not None:
        raise NotAllowedNow("这个混样已有结果，请先撤回或退回那个结果。")
    if needed(w, AssayOrder, pool.order_id).held_by_id is not None:
        raise NotAllowedNow("这个混样在另一个混样里，请先解散外层的混样。")
    w.move(pool, MOVES, PoolAct.DISSOLVE, because=because.strip())
    _end(w, pool, because)
    for member in members_of(w, pool.id):
        _release(w, member)
    fact = PoolDissolved(pool.code)
    w.record(fact, on=pool, county=county_of(w, pool.lab_id), reason=pool.because)


def retract_pool(w: Work, pool_id: UUID, because: str) -> None:
    """Take back a pool's verified result, and with it every member's result that rests on it.

    Members already reported are told upward (`Topic.POOL_RETRACTED`): their reports are withdrawn by who made them.
    All are owed as singles. Raises `Invalid` without a reason, `NotAllowedNow` for a pool without a verified result.
    """
    pool = pool_for_change(w, pool_id)
    _need_reason(because)
    result = live_result(w, pool.order_id)
    if result is not None and result.by_pool_id is not None:
        raise NotAllowedNow("这个混样的结果来自外层的混样，请撤销外层混样的结果。")
    reported, codes = _retract(w, pool, because)
    if reported:
        w.tell(Topic.POOL_RETRACTED, pool.id)
    fact = PoolRetracted(pool.code, tuple(codes), reported)
    w.record(fact, on=pool, county=county_of(w, pool.lab_id), reason=pool.because)


def _retract(w: Work, pool: Pool, because: str) -> tuple[int, list[str]]:
    """Take a pool's result back; return how many members were reported already, and every member's code."""
    w.move(pool, MOVES, PoolAct.RETRACT, because=because.strip())
    _withdraw(w, pool.order_id, pool.code, because)
    _end(w, pool, because)
    reported, codes = 0, []
    for member in members_of(w, pool.id):
        codes.append(needed(w, Item, member.item_id).blind_code)
        inner = w.session.get(Pool, member.item_id)
        row = live_result(w, member.order_id)
        if row is not None and row.by_pool_id == pool.id:
            if inner is not None:
                more, below = _retract(w, inner, because)
                reported, codes = reported + more, [*codes, *below]
            else:
                reported += not _withdraw(w, member.order_id, pool.code, because)
        _release(w, member)
    return reported, codes


def _withdraw(w: Work, order_id: UUID, pool_code: str, because: str) -> bool:
    """Take a verified result back; False when it is reported already and its report must go first."""
    # Read anew under the lock: a report may have been authorised since the row was looked at.
    row = w.session.scalar(
        select(Result).where(Result.order_id == order_id, Result.state.in_(LIVE)).with_for_update(),
        execution_options={"populate_existing": True},
    )
    if row is not None and row.state == ResultState.REPORTED:
        return False
    if row is not None:
        row.because = f"混样 {pool_code} 的结果已撤销：{because.strip()}"
        w.move(row, RESULT_MOVES, ResultAct.WITHDRAW, because=row.because)
        w.session.flush()
    return True


def _release(w: Work, member: PoolMember) -> None:
    """Let a member go: what waited for this pool is owed by itself again."""
    w.move(member, MEMBER_MOVES, MemberAct.RELEASE)
    order = needed(w, AssayOrder, member.order_id)
    if order.held_by_id == member.pool_id:
        order.held_by_id = None


def _end(w: Work, pool: Pool, because: str) -> None:
    """Let nobody test a pool that is no more: its own test waits for itself for ever."""
    pool.because = because.strip()
    pool.settled_at = w.now
    needed(w, AssayOrder, pool.order_id).held_by_id = pool.id


def _need_reason(because: str) -> None:
    """Refuse an act without its reason."""
    if not because.strip():
        raise Invalid("请写明原因", because="必须写原因")
