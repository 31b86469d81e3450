"""What one page shows, as plain text: taken from a decoded signed record and from nothing else.

No personal data: the plate is masked, places stop at the county, owner, consignee, carrier and
reasons in free text stay inside (reliability_ux.md P4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aquacert.kernel.clock import SHANGHAI
from aquacert.reference.rules.masking import mask_plate
from aquacert.trust.record import Record
from aquacert.verification.documents.english import Say

WAN = 10_000
ROAD = "公路"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNIT_ENGLISH = {"尾": "fish", "只": "animals", "粒": "eggs", "枚": "eggs", "克": "g", "千克": "kg"}
COMPARED = {"plate": "车牌", "species": "品种", "quantity": "数量", "destination": "到达地"}
"""Public fields that a replacement may change, and their labels."""
OWN = frozenset(
    {
        "number",
        "public_id",
        "issued_at",
        "valid_until",
        "valid_days",
        "status_list",
        "status_index",
        "remarks",
        "vet",
        "vet_number",
        "quantity_words",
        "species_code",
        "species_latin",
        "destination_code",
        "load",
    }
)
"""Fields that differ from certificate to certificate anyway, or follow from a compared one."""


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """The facts of a proved record as a stranger may read them, in one language."""

    public_id: str
    number: str
    kind: str
    species: str
    latin: str
    stage: str
    species_code: str
    quantity: int
    quantity_short: str
    quantity_long: str
    plate: str
    by_road: bool
    origin: str
    origin_code: str
    destination: str
    destination_code: str
    until: str
    issued: str
    issued_epoch: int
    valid_days: int
    body: str
    body_phone: str
    authority_code: str
    vet_number: str
    status_list: int
    status_index: int
    digest: str
    is_demo: bool


def facts_of(record: Record, digest: str, lang: str, say: Say) -> PageFacts:
    """Return what a stranger may read of `record`; `digest` is the signed one, in hex."""
    stages = {batch.life_stage for batch in record.batches}
    return PageFacts(
        public_id=record.public_id,
        number=record.number,
        kind=record.kind,
        species=record.species,
        latin=record.species_latin,
        stage=stages.pop() if len(stages) == 1 else "",
        species_code=record.species_code,
        quantity=record.quantity,
        quantity_short=short_quantity(record.quantity, record.unit, lang),
        quantity_long=long_quantity(record, lang),
        plate=mask_plate(record.plate) if len(record.plate) > 3 else "",
        by_road=record.transport_mode == ROAD,
        origin=record.origin,
        origin_code=record.origin_code,
        destination=record.destination,
        destination_code=record.destination_code,
        until=say("%(day)s前到达", day=last_moment(record.ends, lang)),
        issued=say("%(at)s 签发", at=moment(record.issued, lang)),
        issued_epoch=record.issued_at,
        valid_days=record.valid_days,
        body=record.body,
        body_phone=record.body_phone,
        authority_code=record.authority_code,
        vet_number=record.vet_number,
        status_list=record.status_list,
        status_index=record.status_index,
        digest=digest,
        is_demo=record.is_demo,
    )


def changes(old: Record, new: Record, lang: str) -> tuple[list[tuple[str, str, str]], bool]:
    """Return the public fields a replacement changed, and whether anything else changed too."""
    shown = []
    for name, label in COMPARED.items():
        before, after = _public(old, name, lang), _public(new, name, lang)
        if before != after:
            shown.append((label, before, after))
    hidden = any(
        getattr(old, name) != getattr(new, name)
        for name in Record.__dataclass_fields__
        if name not in OWN and name not in COMPARED
    )
    return shown, hidden


def short_quantity(quantity: int, unit: str, lang: str) -> str:
    """Return 50 万尾 when that is exact, else every digit; English always every digit."""
    if lang == "en":
        return f"{grouped(quantity)} {UNIT_ENGLISH.get(unit, unit)}"
    if quantity >= WAN and quantity % (WAN // 10) == 0:
        whole, tenth = divmod(quantity // (WAN // 10), 10)
        return f"{grouped(whole)}{f'.{tenth}' if tenth else ''} 万{unit}"
    return f"{grouped(quantity)} {unit}"


def long_quantity(record: Record, lang: str) -> str:
    """Return the quantity in capitals as the form writes it, with every digit beside it."""
    digits = f"{grouped(record.quantity)} {record.unit}"
    return digits if lang == "en" else f"{record.quantity_words}，合 {digits}"


def grouped(number: int) -> str:
    """Return digits in groups of three with thin spaces."""
    return f"{number:,}".replace(",", "\u2009")


def moment(instant: datetime, lang: str) -> str:
    """Return an instant as people in China read it, to the minute."""
    at = instant.astimezone(SHANGHAI)
    if lang == "en":
        return f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def day_of(instant: datetime, lang: str) -> str:
    """Return the legal day of an instant."""
    at = instant.astimezone(SHANGHAI)
    if lang == "en":
        return f"{at.day} {MONTHS[at.month - 1]}"
    return f"{at.month}月{at.day}日"


def last_moment(instant: datetime, lang: str) -> str:
    """Return the end of validity; 23:59:59 reads as 24:00 of that day."""
    at = instant.astimezone(SHANGHAI)
    clock = "24:00" if (at.hour, at.minute) == (23, 59) else f"{at:%H:%M}"
    return (
        f"{clock} on {day_of(instant, lang)}"
        if lang == "en"
        else f"{day_of(instant, lang)} {clock} "
    )


def _public(record: Record, name: str, lang: str) -> str:
    if name == "plate":
        return mask_plate(record.plate)
    if name == "quantity":
        return short_quantity(record.quantity, record.unit, lang)
    return str(getattr(record, name))
