"""What intake writes into the audit trail."""

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class ConsignmentAnnounced(Fact):
    """Samples are on their way to a laboratory."""

    tag: ClassVar[str] = "labs:consignment:announce"
    title: ClassVar[str] = "预告送样"
    number: str
    blind_codes: tuple[str, ...]


@dataclass(frozen=True)
class BoxArrived(Fact):
    """A box was handed over to the laboratory, unopened."""

    tag: ClassVar[str] = "labs:consignment:arrive"
    title: ClassVar[str] = "样品箱到达"
    number: str


@dataclass(frozen=True)
class ItemReceived(Fact):
    """An item was looked at on arrival."""

    tag: ClassVar[str] = "labs:consignment:receive"
    title: ClassVar[str] = "收样"
    blind_code: str
    condition: str


@dataclass(frozen=True)
class ReceiptCorrected(Fact):
    """What was written of an item's arrival was wrong; what was written stays in the chain."""

    tag: ClassVar[str] = "labs:consignment:correct"
    title: ClassVar[str] = "更正收样"
    blind_code: str
    was: str
    condition: str


@dataclass(frozen=True)
class BoxClosed(Fact):
    """A box was reconciled: what was expected, what came, what did not, what came besides."""

    tag: ClassVar[str] = "labs:consignment:close"
    title: ClassVar[str] = "样品箱清点完毕"
    number: str
    expected: int
    received: int
    missing: int
    extra: int


@dataclass(frozen=True)
class FaultOpened(Fact):
    """Something at reception was not as announced."""

    tag: ClassVar[str] = "labs:nonconformity:open"
    title: ClassVar[str] = "登记不符合项"
    number: str
    kind: str
    code: str


@dataclass(frozen=True)
class FaultClosed(Fact):
    """Somebody dealt with a non-conformity and says what was done."""

    tag: ClassVar[str] = "labs:nonconformity:close"
    title: ClassVar[str] = "关闭不符合项"
    number: str
    done: str


@dataclass(frozen=True)
class TemperaturesTaken(Fact):
    """A logger's readings of a box were taken in."""

    tag: ClassVar[str] = "labs:consignment:temperature"
    title: ClassVar[str] = "导入途中温度"
    number: str
    sha256: str
    readings: int
    refused: int
    excursions: int


@dataclass(frozen=True)
class ItemStored(Fact):
    """What is left of an item was put away."""

    tag: ClassVar[str] = "labs:storage:store"
    title: ClassVar[str] = "留样入库"
    blind_code: str
    place: str
    kept_until: str


@dataclass(frozen=True)
class DestructionAsked(Fact):
    """The first of two people asks to destroy what is left of an item."""

    tag: ClassVar[str] = "labs:storage:ask"
    title: ClassVar[str] = "申请销毁留样"
    blind_code: str
    how: str


@dataclass(frozen=True)
class DestructionRefused(Fact):
    """The second person says that the item stays."""

    tag: ClassVar[str] = "labs:storage:keep"
    title: ClassVar[str] = "退回销毁申请"
    blind_code: str


@dataclass(frozen=True)
class ItemDestroyed(Fact):
    """The second of two people saw an item destroyed."""

    tag: ClassVar[str] = "labs:storage:destroy"
    title: ClassVar[str] = "销毁留样"
    blind_code: str
    how: str
