"""What the trail says about pools."""

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class PoolMade(Fact):
    """Several items were put together, to be tested as one."""

    tag: ClassVar[str] = "labs:pool:make"
    title: ClassVar[str] = "制作混样"
    code: str
    disease_code: str
    members: tuple[str, ...]
    limit: str


@dataclass(frozen=True)
class PoolSettled(Fact):
    """A pool's verified outcome was brought to its members."""

    tag: ClassVar[str] = "labs:pool:settle"
    title: ClassVar[str] = "混样出结果"
    code: str
    outcome: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class PoolDissolved(Fact):
    """A pool without a result was given up; its members are owed as singles."""

    tag: ClassVar[str] = "labs:pool:dissolve"
    title: ClassVar[str] = "解散混样"
    code: str


@dataclass(frozen=True)
class PoolRetracted(Fact):
    """A pool's verified result was taken back, and its members' results with it."""

    tag: ClassVar[str] = "labs:pool:retract"
    title: ClassVar[str] = "撤销混样结果"
    code: str
    members: tuple[str, ...]
    reported: int


@dataclass(frozen=True)
class PoolLimitSet(Fact):
    """The province said how many items a pool of a method may hold."""

    tag: ClassVar[str] = "labs:pool:limit"
    title: ClassVar[str] = "设定混样上限"
    method_code: str
    most: int
    may_mix: bool
    from_on: str
