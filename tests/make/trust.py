"""Keys, records and signed codes for tests that need no database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aquacert.trust import cose
from aquacert.trust.claims import QrClaims
from aquacert.trust.keys import KeyRing, ListedKey, Owner, Use
from aquacert.trust.record import Record, RecordBatch, RecordReport, valid_until
from aquacert.trust.trustlist import TrustList

AT = datetime(2026, 5, 11, 9, 6, tzinfo=UTC)
OFFICE = Owner("office:1", "320921", "示例县水生动物卫生监督所")
VET = Owner("vet:1", "320921", "张某某")
BASE = "https://aquacert.example"
DISEASES = ("白斑综合征", "十足目虹彩病毒病", "虾肝肠胞虫病")


def make_record(kind="A", **changes):
    days = 3 if kind == "A" else 1
    facts = {
        "number": "3200512818",
        "kind": kind,
        "public_id": "7KQ2M9XAH4",
        "issued_at": int(AT.timestamp()),
        "valid_days": days,
        "valid_until": int(valid_until(kind, AT, days).timestamp()),
        "owner": "示例县水产苗种场",
        "owner_phone": "13800008000",
        "species_code": "PNV",
        "species": "凡纳滨对虾",
        "species_latin": "Penaeus vannamei",
        "quantity": 500_000,
        "unit": "尾",
        "quantity_words": "伍拾万尾",
        "purpose": "养殖",
        "origin_code": "320921",
        "origin": "江苏省盐城市响水县",
        "origin_place": "东滩镇示例县水产苗种场",
        "destination_code": "340123",
        "destination": "安徽省合肥市肥西县",
        "destination_place": "样例镇样例水产养殖场",
        "consignee": "样例水产养殖场",
        "carrier": "孙某某",
        "carrier_phone": "13900006000",
        "transport_mode": "公路",
        "plate": "皖A·12345",
        "disinfectant": "过硫酸氢钾复合物（1∶500）",
        "remarks": "",
        "batches": (
            RecordBatch(
                number="PL-2605-03",
                pond="育苗 3 池",
                variety="",
                life_stage="P5",
                quantity=500_000,
            ),
        ),
        "reports": tuple(
            RecordReport(
                number="JY2605-0417",
                laboratory="示例实验室",
                batch="PL-2605-03",
                disease=disease,
                method="GB/T 28630.2",
                outcome="negative",
                sampled_on="2026-05-08",
            )
            for disease in DISEASES
        ),
        "declaration": "SB320921-2605-0031",
        "load": "1",
        "authority_code": "320921",
        "body": OFFICE.name,
        "body_phone": "0000-1234567",
        "arrival_hours": 24,
        "vet": VET.name,
        "vet_number": "3209210012",
        "status_list": 1,
        "status_index": 100_000,
        "is_demo": True,
    }
    return Record(**{**facts, **changes})


@dataclass(frozen=True)
class Signed:
    """A record with its claims signed."""

    record: bytes
    cose: bytes
    payload: bytes


@dataclass
class Keys:
    """A ring in a folder of its own, with the keys of one office and one vet."""

    ring: KeyRing
    issue: ListedKey

    @property
    def trust(self):
        return TrustList(self.ring.public_keys())

    def sign(self, record):
        payload = QrClaims.of(record).encode()
        signed = cose.sign1(payload, self.ring.load(self.issue))
        return Signed(record.encode(), signed, payload)

    def key_of(self, use):
        owner = VET if use is Use.VET else OFFICE
        return self.ring.load(self.ring.ensure(use, owner, now=AT))


def make_keys(folder: Path):
    ring = KeyRing(folder, "correct horse battery staple")
    return Keys(ring, ring.ensure(Use.ISSUE, OFFICE, now=AT))
