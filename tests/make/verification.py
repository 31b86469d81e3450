"""Hand-made signed certificates and a register that answers from memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from aquacert.kernel.errors import Unavailable
from aquacert.trust.claims import QrClaims
from aquacert.trust.cose import sign1
from aquacert.trust.keys import KeyRing, Owner, Use
from aquacert.trust.record import Record, RecordBatch, valid_until

OFFICE = Owner("office:1", "329921", "示例县农业农村局")
PUBLIC_ID = "7KQ2M9XA4B"
NUMBER = "3200012345"
SOME_ID = UUID(int=1)


@dataclass
class Sealed:
    """What certificates.queries would answer."""

    record: bytes
    cose: bytes
    status: str = "valid"
    successor_public_id: str | None = None
    arrived_at: datetime | None = None
    certificate_id: UUID = SOME_ID


@dataclass
class Shelf:
    """A register in memory; `silent` makes it behave like a database that is down."""

    kept: dict[str, Sealed] = field(default_factory=dict)
    news: list[tuple[int, str]] = field(default_factory=list)
    silent: bool = False
    doubts: tuple[str, ...] = ()
    asked: int = 0
    read: int = 0

    def by_public_id(self, look: Any, public_id: str, /) -> Sealed | None:
        self.read += 1
        return self._answering().kept.get(public_id)

    def live_pages(self, look: Any, most: int, /) -> list[str]:
        return list(self._answering().kept)[:most]

    def changes_since(self, look: Any, seq: int, /) -> list[tuple[int, str]]:
        self.asked += 1
        return [row for row in self._answering().news if row[0] > seq]

    def last_change(self, look: Any, /) -> int:
        self.asked += 1
        return self._answering().news[-1][0] if self.news else 0

    def in_doubt(self, look: Any, certificate_id: UUID, /) -> tuple[str, ...]:
        return self.doubts

    def change(self, public_id: str, **what: Any) -> None:
        self.kept[public_id] = replace(self.kept[public_id], **what)
        self.news.append((len(self.news) + 1, public_id))

    def _answering(self) -> Shelf:
        if self.silent:
            raise Unavailable("数据库没有回应。")
        return self


def record_of(now: datetime, **other: Any) -> Record:
    """A record issued now: 500,000 shrimp from Jiangsu to Shandong."""
    kind, days = other.get("kind", "A"), other.get("valid_days", 3)
    values: dict[str, Any] = {
        "number": NUMBER,
        "kind": kind,
        "public_id": PUBLIC_ID,
        "issued_at": int(now.timestamp()),
        "valid_days": days,
        "valid_until": int(valid_until(kind, now, days).timestamp()),
        "owner": "张大海",
        "owner_phone": "13800138000",
        "species_code": "LIVA",
        "species": "凡纳滨对虾",
        "species_latin": "Penaeus vannamei",
        "quantity": 500_000,
        "unit": "尾",
        "quantity_words": "伍拾万尾",
        "purpose": "养殖",
        "origin_code": "329921",
        "origin": "江苏省示例市示例县",
        "origin_place": "示例村三组 12 号",
        "destination_code": "379921",
        "destination": "山东省样例市样例县",
        "destination_place": "样例路 8 号",
        "consignee": "李收货",
        "carrier": "王承运",
        "carrier_phone": "13900139000",
        "transport_mode": "公路",
        "plate": "示A8Z356",
        "disinfectant": "含氯消毒剂",
        "remarks": "",
        "batches": (
            RecordBatch(
                number="PL-1", pond="2 号池", variety="", life_stage="仔虾 PL10", quantity=500_000
            ),
        ),
        "reports": (),
        "declaration": "329921-20260509-017",
        "load": "1",
        "authority_code": "329921",
        "body": "示例县农业农村局",
        "body_phone": "0000-1234567",
        "arrival_hours": 24,
        "vet": "赵兽医",
        "vet_number": "320417",
        "status_list": 2026201,
        "status_index": 4711,
        "is_demo": False,
        **other,
    }
    return Record(**values)


def ring_of(folder: Path, now: datetime, passphrase: str = "x") -> KeyRing:
    """A ring with one office key, old enough for every record a test makes."""
    ring = KeyRing(folder, passphrase)
    ring.ensure(Use.ISSUE, OFFICE, now=now - timedelta(days=30))
    return ring


def sealed(ring: KeyRing, record: Record) -> Sealed:
    """The record under the office's signature."""
    signer = ring.signer(Use.ISSUE, OFFICE.label, record.issued)
    return Sealed(record.encode(), sign1(QrClaims.of(record).encode(), signer))
