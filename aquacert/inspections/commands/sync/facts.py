"""What the trail says about records of devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class RecordKept(Fact):
    """A record from a device was not used and is kept as a note of the case."""

    tag: ClassVar[str] = "inspections:record:keep"
    title: ClassVar[str] = "留存设备记录"
    record_id: UUID
    kind: str
    outcome: str


@dataclass(frozen=True)
class VetArrived(Fact):
    """The vet said, by his device, that he had arrived. Where he was lies with the record."""

    tag: ClassVar[str] = "inspections:visit:arrive"
    title: ClassVar[str] = "官方兽医到场"
    record_id: UUID
