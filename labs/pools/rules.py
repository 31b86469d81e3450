"""Pools and their deconvolution: what may be put together, and what a pool's outcome says of its members.

A negative pool makes every member negative by pool. Anything else says nothing of any one member: all are owed as
singles (or, in a pool of pools, as the pools they are). Dorfman's two-stage scheme, twice for a pool of pools.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aquacert.kernel.states import Moves

DEEPEST = 2
FEWEST = 2


class PoolState(StrEnum):
    """What became of a pool."""

    OPEN = "open"
    NEGATIVE = "negative"
    SPLIT = "split"
    DISSOLVED = "dissolved"
    RETRACTED = "retracted"


class PoolAct(StrEnum):
    """What may be done to a pool."""

    CLEAR = "clear"
    SPLIT = "split"
    DISSOLVE = "dissolve"
    RETRACT = "retract"


MOVES: Moves[PoolState, PoolAct] = Moves(
    {
        (PoolState.OPEN, PoolAct.CLEAR): PoolState.NEGATIVE,
        (PoolState.OPEN, PoolAct.SPLIT): PoolState.SPLIT,
        (PoolState.OPEN, PoolAct.DISSOLVE): PoolState.DISSOLVED,
        (PoolState.NEGATIVE, PoolAct.RETRACT): PoolState.RETRACTED,
        (PoolState.SPLIT, PoolAct.RETRACT): PoolState.RETRACTED,
    },
    words={
        PoolState.OPEN: "待出结果",
        PoolState.NEGATIVE: "阴性，成员按混样阴性",
        PoolState.SPLIT: "非阴性，已拆检",
        PoolState.DISSOLVED: "已解散，成员单检",
        PoolState.RETRACTED: "结果已撤销，成员单检",
    },
)


class MemberState(StrEnum):
    """What a pool says of one member."""

    PENDING = "pending"
    NEGATIVE = "negative"
    SINGLE = "single"
    RELEASED = "released"


class MemberAct(StrEnum):
    """What happens to a member when its pool is settled, or is no more."""

    CLEAR = "clear"
    SINGLE_OUT = "single_out"
    RELEASE = "release"


MEMBER_MOVES: Moves[MemberState, MemberAct] = Moves(
    {
        (MemberState.PENDING, MemberAct.CLEAR): MemberState.NEGATIVE,
        (MemberState.PENDING, MemberAct.SINGLE_OUT): MemberState.SINGLE,
        (MemberState.PENDING, MemberAct.RELEASE): MemberState.RELEASED,
        (MemberState.NEGATIVE, MemberAct.RELEASE): MemberState.RELEASED,
        (MemberState.SINGLE, MemberAct.RELEASE): MemberState.RELEASED,
    },
    words={
        MemberState.PENDING: "等混样结果",
        MemberState.NEGATIVE: "混样阴性",
        MemberState.SINGLE: "混样非阴性，须单检",
        MemberState.RELEASED: "已离开混样，须单检",
    },
)
LIVE = (MemberState.PENDING, MemberState.NEGATIVE)
SPLITTING = "混样阳性，正在拆检"
"""What the sender reads while a member of a positive pool waits for its single."""
UNDECIDED = "混样不能判定，正在拆检"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many items one pool may hold from a day on. `is_marked`: nobody could check it in a source."""

    method: str
    most: int
    may_mix: bool
    from_on: date
    source: str
    is_marked: bool

    @property
    def words(self) -> str:
        """The rule as a page and a pool's record show it."""
        mixed = "可混不同来源" if self.may_mix else "不同来源不得混"
        mark = "（未核实）" if self.is_marked else ""
        return f"每个混样至多 {self.most} 份，{mixed}；{self.from_on} 起，{self.source}{mark}"


SHIPPED: tuple[Limit, ...] = (
    Limit(
        "qpcr",
        5,
        False,
        date(2010, 3, 1),
        "混样份数凭记忆（PCR 每份混样不超过 5 尾，至多 10）",
        True,
    ),
)
"""By kind of method (labs.register MethodKind). A kind that is not here bears no pools."""


def limit_on(limits: Iterable[Limit], on: date) -> Limit | None:
    """Return the limit in force on a day; of several, the one that began last."""
    begun = [limit for limit in limits if limit.from_on <= on]
    return max(begun, key=lambda limit: limit.from_on, default=None)


class Unfit(StrEnum):
    """Why some tests may not go into one pool."""

    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    NO_LIMIT = "no_limit"
    UNCHECKED_LIMIT = "unchecked_limit"
    OTHER_LAB = "other_lab"
    OTHER_TEST = "other_test"
    OTHER_MATRIX = "other_matrix"
    OTHER_SPECIES = "other_species"
    OTHER_STAGE = "other_stage"
    OTHER_ORIGIN = "other_origin"
    TWICE = "twice"
    TAKEN = "taken"
    NOT_OWED = "not_owed"
    MUST_BE_SINGLE = "must_be_single"
    MIXED_DEPTH = "mixed_depth"
    TOO_DEEP = "too_deep"


SENTENCES: Mapping[Unfit, str] = {
    Unfit.TOO_FEW: "一个混样至少要两份样品",
    Unfit.TOO_MANY: "超过了这个方法每个混样的份数上限",
    Unfit.NO_LIMIT: "这个方法没有混样规则，须逐份检测",
    Unfit.UNCHECKED_LIMIT: "这个方法的混样上限未经核实，正式环境须由省里先设定",
    Unfit.OTHER_LAB: "所选样品不在同一个实验室",
    Unfit.OTHER_TEST: "所选项目的疫病或方法不同，不能混在一起",
    Unfit.OTHER_MATRIX: "样品种类（基质）不同，不能混在一起",
    Unfit.OTHER_SPECIES: "养殖品种不同，不能混在一起",
    Unfit.OTHER_STAGE: "生长阶段不同，不能混在一起",
    Unfit.OTHER_ORIGIN: "送样方标明这些样品不得混在一起（来源组不同或未标）",
    Unfit.TWICE: "同一份样品选了两次",
    Unfit.TAKEN: "有样品已在另一个有效的混样里",
    Unfit.NOT_OWED: "有样品还没有收样、不能检测、已在工作单上，或这个项目已有结果",
    Unfit.MUST_BE_SINGLE: "有样品的混样不是阴性，须单检，不能再混",
    Unfit.MIXED_DEPTH: "混样和单份样品不能放进同一个混样",
    Unfit.TOO_DEEP: "混样的混样不能再混（最多两层）",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One test that might go into a pool. `depth` 0 = a sample, 1 = a pool of samples, 2 = a pool of pools."""

    order: object
    lab: object
    disease: str
    method: str
    matrix: str
    species: str
    stage: str
    keep_apart: str
    depth: int
    is_owed: bool
    is_taken: bool
    must_be_single: bool


def unfit(candidates: Sequence[Candidate], limit: Limit | None) -> tuple[Unfit, ...]:
    """Return every reason why these tests may not be one pool; () = they may."""
    return (*_number(candidates, limit), *_each(candidates), *_together(candidates, limit))


def _number(candidates: Sequence[Candidate], limit: Limit | None) -> Iterable[Unfit]:
    """Judge how many there are."""
    if limit is None:
        yield Unfit.NO_LIMIT
    elif len(candidates) > limit.most:
        yield Unfit.TOO_MANY
    if len(candidates) < FEWEST:
        yield Unfit.TOO_FEW


def _each(candidates: Sequence[Candidate]) -> Iterable[Unfit]:
    """Judge each by itself."""
    if len({one.order for one in candidates}) < len(candidates):
        yield Unfit.TWICE
    if any(one.is_taken for one in candidates):
        yield Unfit.TAKEN
    if any(not one.is_owed and not one.is_taken for one in candidates):
        yield Unfit.NOT_OWED
    if any(one.must_be_single for one in candidates):
        yield Unfit.MUST_BE_SINGLE
    if any(one.depth >= DEEPEST for one in candidates):
        yield Unfit.TOO_DEEP


def _together(candidates: Sequence[Candidate], limit: Limit | None) -> Iterable[Unfit]:
    """Judge whether they are alike."""
    alike: Mapping[Unfit, Collection[object]] = {
        Unfit.OTHER_LAB: {one.lab for one in candidates},
        Unfit.OTHER_TEST: {(one.disease, one.method) for one in candidates},
        Unfit.OTHER_MATRIX: {one.matrix for one in candidates},
        Unfit.OTHER_SPECIES: {one.species for one in candidates},
        Unfit.OTHER_STAGE: {one.stage for one in candidates},
        Unfit.MIXED_DEPTH: {one.depth for one in candidates},
    }
    yield from (why for why, kinds in alike.items() if len(kinds) > 1)
    groups = {one.keep_apart for one in candidates}
    if not (limit is not None and limit.may_mix) and (len(groups) > 1 or groups == {""}):
        yield Unfit.OTHER_ORIGIN


def depth_of(candidates: Iterable[Candidate]) -> int:
    """Return how deep a pool of these is."""
    return 1 + max((one.depth for one in candidates), default=0)


def act_of(outcome: str) -> tuple[PoolAct, MemberAct]:
    """Return what a pool's verified outcome does to it and to its members. Only “negative” clears."""
    if outcome == "negative":
        return PoolAct.CLEAR, MemberAct.CLEAR
    return PoolAct.SPLIT, MemberAct.SINGLE_OUT


def later_cycles(members: int) -> float:
    """Return how many cycles later a single positive shows in a pool of so many: log2 at full efficiency."""
    return math.log2(members) if members > 0 else 0.0


def sensitivity(members: int) -> str:
    """Say what pooling costs, for the record and the report."""
    return (
        f"{members} 份等量混合，单份阳性被稀释 {members} 倍，Cq 约推迟 {later_cycles(members):.1f} 个循环，"
        "接近检出限的弱阳性可能漏检"
    )
