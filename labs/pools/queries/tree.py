"""A pool with its members, as a page, a report and the sender read it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result
from labs.bench.queries import needed
from labs.bench.rules import LIVE, Outcome, ResultState
from labs.intake.models import AssayOrder, Item
from labs.intake.rules import blind_code
from labs.pools.models import Pool, PoolMember
from labs.pools.rules import SPLITTING, UNDECIDED, MemberState, PoolState, later_cycles, sensitivity
from labs.register.models import LabScope


@dataclass(frozen=True, slots=True)
class Node:
    """A pool, or a member of one. `outcome` is that of its live result, "" while there is none."""

    code: str
    member_state: MemberState | None
    pool_state: PoolState | None
    outcome: str
    result_state: str
    result_id: UUID | None
    members: tuple["Node", ...]

    @property
    def leaves(self) -> int:
        """How many samples stand in it."""
        return sum(member.leaves for member in self.members) if self.members else 1


@dataclass(frozen=True, slots=True)
class PoolLine:
    """The pool that a negative result rests on, ready to print."""

    pool_id: UUID
    code: str
    members: int
    run_number: str
    decision_rule: str
    limit_words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Cost:
    """How many samples share a pool, how many cycles later one positive shows, and the LoD entered."""

    samples: int
    cycles: str
    lod: str


def pools(look: Look, words: str = "", *states: PoolState) -> Select[Pool]:
    """Select this laboratory's pools, newest first."""
    wanted = select(Pool).where(look.visible(Pool))
    if words.strip():
        wanted = wanted.where(look.matching(Pool, words))
    if states:
        wanted = wanted.where(Pool.state.in_(states))
    return wanted.order_by(Pool.made_at.desc(), Pool.id.desc())


def members_of(look: Look, pool_id: UUID) -> Sequence[PoolMember]:
    """Return the members of a pool by their item's code."""
    return look.scalars(
        select(PoolMember)
        .join(Item, Item.id == PoolMember.item_id)
        .where(PoolMember.pool_id == pool_id)
        .order_by(Item.blind_code)
    )


def tree(look: Look, pool: Pool) -> Node:
    """Return a pool with its members, and theirs."""
    return _node(look, pool.id, pool.order_id, None)


def _node(look: Look, item_id: UUID, order_id: UUID, state: MemberState | None) -> Node:
    """Return one item of the tree with everything below it."""
    pool = look.session.get(Pool, item_id)
    result = live_result(look, order_id)
    below = () if pool is None else members_of(look, pool.id)
    return Node(
        code=needed(look, Item, item_id).blind_code,
        member_state=state,
        pool_state=None if pool is None else PoolState(pool.state),
        outcome="" if result is None else result.outcome,
        result_state="" if result is None else result.state,
        result_id=None if result is None else result.id,
        members=tuple(_node(look, m.item_id, m.order_id, MemberState(m.state)) for m in below),
    )


def live_result(look: Look, order_id: UUID) -> Result | None:
    """Return the result that counts for a test; None when there is none."""
    return look.one(select(Result).where(Result.order_id == order_id, Result.state.in_(LIVE)))


def leaves(look: Look, pool: Pool) -> int:
    """Return how many samples stand in a pool, however deep."""
    if pool.depth == 1:
        return pool.member_count
    inner = look.scalars(
        select(Pool)
        .join(PoolMember, PoolMember.item_id == Pool.id)
        .where(PoolMember.pool_id == pool.id)
    )
    return sum(one.member_count for one in inner)


def cost_of(look: Look, pool: Pool) -> Cost:
    """Return what pooling costs in sensitivity, as numbers for a page."""
    result, samples = live_result(look, pool.order_id), leaves(look, pool)
    cycles = f"{later_cycles(samples):.1f}"
    return Cost(samples, cycles, "" if result is None else result.lod)


def note_of(look: Look, pool: Pool) -> str:
    """Say what pooling costs in sensitivity, with the limit of detection the result was entered with."""
    result = live_result(look, pool.order_id)
    lod = "" if result is None or not result.lod else f"；方法检出限（LoD）{result.lod}"
    return sensitivity(leaves(look, pool)) + lod


def by_pool(look: Look, result_ids: Collection[UUID]) -> dict[UUID, PoolLine]:
    """Return, for each of these results that is negative by a pool, the pool it rests on."""
    rows = look.scalars(
        select(Result)
        .where(Result.id.in_(list(result_ids)), Result.by_pool_id.is_not(None))
        .order_by(Result.id)
    )
    return {row.id: _line(look, row) for row in rows}


def _line(look: Look, row: Result) -> PoolLine:
    """Return the pool a result rests on, and the pool that was really tested where there are two."""
    pool = needed(look, Pool, row.by_pool_id) if row.by_pool_id else None
    if pool is None:
        raise LookupError(row.id)
    tested = _tested(look, pool)
    run = needed(look, BenchRun, row.run_id)
    rule = needed(look, LabScope, row.scope_id).decision_rule
    within = "" if tested.id == pool.id else f"（在混样的混样 {tested.code} 中检测）"
    return PoolLine(
        pool_id=pool.id,
        code=pool.code,
        members=pool.member_count,
        run_number=run.number,
        decision_rule=rule,
        limit_words=pool.limit_words,
        sentence=(
            f"混样阴性：所在混样 {pool.code}（{pool.member_count} 份）{within}在运行 {run.number} 中阴性，"
            f"本样未单独检测；{note_of(look, tested)}"
        ),
    )


def _tested(look: Look, pool: Pool) -> Pool:
    """Return the pool that was tested: this one, or the one above that cleared it."""
    above = look.one(
        select(Result.by_pool_id).where(
            Result.order_id == pool.order_id,
            Result.state.in_(LIVE),
            Result.by_pool_id.is_not(None),
        )
    )
    return pool if above is None else needed(look, Pool, above)


def splitting(look: Look, code: str) -> dict[str, str]:
    """Return, by disease code, what to tell the sender of a sample whose pool was not negative.

    The sending side asks by the blind code it made itself, so no row scope applies here.
    """
    found = blind_code(code)
    rows = look.session.execute(
        select(AssayOrder, PoolMember, Pool)
        .join(Item, Item.id == AssayOrder.item_id)
        .join(PoolMember, PoolMember.order_id == AssayOrder.id)
        .join(Pool, Pool.id == PoolMember.pool_id)
        .where(Item.blind_code == (found or ""))
        .order_by(Pool.made_at)
    )
    said: dict[str, str] = {}
    for order, member, pool in rows:
        words = _splitting(look, order, member, pool)
        said.pop(order.disease_code, None)
        if words:
            said[order.disease_code] = words
    return said


def _splitting(look: Look, order: AssayOrder, member: PoolMember, pool: Pool) -> str:
    """Return what one membership says to the sender; "" when there is nothing to say."""
    single = live_result(look, order.id)
    if single is not None and single.state != ResultState.ENTERED:
        return ""
    if member.state == MemberState.SINGLE:
        return words_of(look, pool)
    if member.state == MemberState.PENDING:
        above = look.one(
            select(Pool)
            .join(PoolMember, PoolMember.pool_id == Pool.id)
            .where(PoolMember.item_id == pool.id, PoolMember.state == MemberState.SINGLE)
        )
        return "" if above is None else words_of(look, above)
    return ""


def words_of(look: Look, pool: Pool) -> str:
    """Return what a split pool says to whoever waits for its members."""
    result = live_result(look, pool.order_id)
    return SPLITTING if result is None or result.outcome == Outcome.POSITIVE else UNDECIDED


def reported_members(look: Look, pool_id: UUID) -> list[str]:
    """Return the blind codes whose standing report rests on a pool, its inner pools included."""
    inner = select(Result.item_id).where(Result.by_pool_id == pool_id)
    rows = look.scalars(
        select(Item.blind_code)
        .join(Result, Result.item_id == Item.id)
        .where(
            Result.state == ResultState.REPORTED,
            (Result.by_pool_id == pool_id) | Result.by_pool_id.in_(inner),
        )
        .order_by(Item.blind_code)
    )
    return list(dict.fromkeys(rows))


def resting_on(look: Look, pool_id: UUID) -> list[Result]:
    """Return the standing results that rest on a pool, its inner pools' included."""
    inner = select(Result.item_id).where(Result.by_pool_id == pool_id)
    return look.scalars(
        select(Result)
        .where(
            Result.state.in_(LIVE),
            (Result.by_pool_id == pool_id) | Result.by_pool_id.in_(inner),
        )
        .order_by(Result.id)
    )
