"""What a certificate's documents print: decoded from the signed record, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from aquacert.certificates.documents.numerals import date_in_words, day_count
from aquacert.kernel.clock import SHANGHAI
from aquacert.trust.claims import QrClaims
from aquacert.trust.errors import Refused, Why
from aquacert.trust.qr import check_code, qr_url
from aquacert.trust.record import Record, RecordBatch, record_digest

MODES = ("公路", "铁路", "水路", "航空")
"""Ways of transport as form A prints them; the right one is ticked."""
OUTCOMES = {"negative": "阴性", "positive": "阳性"}
GROUP = 4
ENDS = "。！？；.!?;"


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """Every text of one certificate, ready to print (domain.md §2.5: form A and form B)."""

    number: str
    kind: str
    owner: str
    owner_phone: str
    species: str
    quantity_words: str
    purpose: str
    origin: str
    origin_place: str
    destination: str
    destination_place: str
    carrier: str
    carrier_phone: str
    transport_mode: str
    plate: str
    disinfectant: str
    valid_words: str
    """叁 for form A; 当 for form B"""
    valid_until: str
    remarks: str
    vet: str
    vet_number: str
    issued_words: str
    issued_at: str
    issued: datetime
    body: str
    body_phone: str
    arrival_hours: int
    check_code: str
    public_id: str
    qr_url: str
    verify_host: str
    digest: str
    """first 16 bytes of SHA-256 of the record, in hex groups: the same as in the QR code"""
    is_demo: bool
    copy: int = 2
    """1: kept by the body; 2: travels with the goods"""

    def texts(self) -> dict[str, str]:
        """Return every printed text by field name."""
        return {
            field.name: value
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), str)
        }


def facts_of(record: bytes, cose: bytes, payload: bytes, base_url: str) -> CertificateFacts:
    """Return what to print of a signed record.

    `payload` is what `cose.verify1` found good; raise `Refused` when it belongs to another record.
    """
    if not QrClaims.decode(payload).are_of(record):
        raise Refused(Why.BAD_SIGNATURE, "claims belong to another record")
    said = Record.decode(record)
    issued = said.issued.astimezone(SHANGHAI)
    return CertificateFacts(
        number=said.number,
        kind=said.kind,
        owner=said.owner,
        owner_phone=said.owner_phone,
        species=said.species,
        quantity_words=said.quantity_words,
        purpose=said.purpose,
        origin=said.origin,
        origin_place=said.origin_place,
        destination=said.destination,
        destination_place=said.destination_place,
        carrier=said.carrier,
        carrier_phone=said.carrier_phone,
        transport_mode=said.transport_mode,
        plate=said.plate,
        disinfectant=said.disinfectant,
        valid_words=day_count(said.valid_days) if said.kind == "A" else "当",
        valid_until=f"{said.ends.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        remarks=remarks_of(said),
        vet=said.vet,
        vet_number=said.vet_number,
        issued_words=date_in_words(issued.date()),
        issued_at=f"{issued:%Y-%m-%d %H:%M}",
        issued=said.issued,
        body=said.body,
        body_phone=said.body_phone,
        arrival_hours=said.arrival_hours,
        check_code=check_code(said.public_id),
        public_id=said.public_id,
        qr_url=qr_url(base_url, said.public_id, cose),
        verify_host=f"{base_url.rsplit('//', maxsplit=1)[-1]}/verify",
        digest=_grouped(record_digest(record).hex()),
        is_demo=said.is_demo,
    )


def remarks_of(record: Record) -> str:
    """Return 备注: batches, reports with their results, end of validity, and who else is named.

    Whatever of persons the record holds is printed, since the record travels with the page.
    """
    batches = "；".join(_batch(batch, record.unit) for batch in record.batches)
    parts = [f"批次 {batches}。"]
    if record.consignee and record.consignee not in record.destination_place:
        parts.append(f"收货方 {record.consignee}。")
    by_report: dict[tuple[str, str], list[str]] = {}
    for report in record.reports:
        by_report.setdefault((report.number, report.outcome), []).append(report.disease)
    parts += [
        f"检测报告 {number}：{'、'.join(dict.fromkeys(diseases))}{OUTCOMES.get(outcome, outcome)}。"
        for (number, outcome), diseases in by_report.items()
    ]
    if not record.reports:
        parts.append("群体、个体检查合格，规程未要求实验室检测。")
    if record.kind == "B" and _road(record):
        parts.append(f"承运 {_road(record)}。")
    if record.remarks:
        parts.append(record.remarks if record.remarks[-1] in ENDS else f"{record.remarks}。")
    parts.append(f"有效至 {record.ends.astimezone(SHANGHAI):%Y-%m-%d %H:%M}。")
    return "".join(parts)


def _road(record: Record) -> str:
    """Return the carrier as form B, which has no rows for it, says it in 备注."""
    words = (record.carrier, record.carrier_phone, record.transport_mode, record.plate)
    return "，".join(word for word in words if word)


def _batch(batch: RecordBatch, unit: str) -> str:
    words = [
        batch.number,
        batch.variety,
        batch.life_stage,
        batch.pond,
        f"{batch.quantity:,} {unit}",
    ]
    return "，".join(word for word in words if word)


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))
