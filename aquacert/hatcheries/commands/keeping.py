"""What a farm keeps on record: licences and their species, ponds, lots, contact, confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.commands.stock import (
    Provenance,
    book_stock,
    correct_stock,
    hold_lots,
    next_lot_number,
)
from aquacert.hatcheries.commands.stock.moving import check_used
from aquacert.hatcheries.models import Hatchery, Licence, LicenceSpecies, Lot, Pond
from aquacert.hatcheries.rules import Kind, LicenceKind, State, Unit, check_period
from aquacert.hatcheries.rules.outline import pond_name
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.phone import parse_phone


@dataclass(frozen=True)
class LicenceAdded(Fact):
    """A licence was put on record."""

    tag: ClassVar[str] = "hatcheries:licence:add"
    title: ClassVar[str] = "登记许可证"
    number: str
    kind: str
    from_on: date
    until_on: date
    species: tuple[str, ...]


@dataclass(frozen=True)
class LicenceVerified(Fact):
    """The county looked at a licence."""

    tag: ClassVar[str] = "hatcheries:licence:verify"
    title: ClassVar[str] = "核实许可证"
    number: str


@dataclass(frozen=True)
class PondAdded(Fact):
    """A pond was put on record."""

    tag: ClassVar[str] = "hatcheries:pond:add"
    title: ClassVar[str] = "登记塘口"
    name: str


@dataclass(frozen=True)
class LotOpened(Fact):
    """A lot was opened in a pond."""

    tag: ClassVar[str] = "hatcheries:lot:open"
    title: ClassVar[str] = "登记批次"
    number: str
    pond: str
    species: str


@dataclass(frozen=True)
class RecordConfirmed(Fact):
    """The owner checked the base record and what is in the ponds."""

    tag: ClassVar[str] = "hatcheries:hatchery:confirm"
    title: ClassVar[str] = "核对基础信息和存塘数"
    lots: int
    corrected: int


@dataclass(frozen=True)
class ContactChanged(Fact):
    """The farm's contact changed; who it is stays out of the trail."""

    tag: ClassVar[str] = "hatcheries:hatchery:contact"
    title: ClassVar[str] = "更改联系人"


@dataclass(frozen=True)
class LicenceAsked:
    """A licence as somebody put it on record."""

    kind: str
    number: str
    from_on: date
    until_on: date
    species: tuple[str, ...] = ()


def add_licence(
    w: Work,
    hatchery_id: UUID,
    *,
    kind: str = LicenceKind.SEED.value,
    number: str,
    from_on: date,
    until_on: date,
    species: tuple[str, ...] = (),
) -> UUID:
    """Put a licence on record; it opens something once the county has verified it.

    Whoever may approve hatcheries verifies by adding. Raises `Invalid` for a period that ends
    before it begins, a seed licence without species, or a number already on record.
    """
    hatchery = w.get_for_change(Hatchery, hatchery_id)
    licence = write_licence(w, hatchery, LicenceAsked(kind, number, from_on, until_on, species))
    if w.actor.may("hatcheries:hatchery:approve"):
        licence.verified_at = w.now
    w.session.flush()
    return licence.id


def write_licence(w: Work, hatchery: Hatchery, asked: LicenceAsked) -> Licence:
    """Write a licence of a hatchery that is already locked or new."""
    number, species = asked.number.strip(), tuple(dict.fromkeys(asked.species))
    check_period(asked.from_on, asked.until_on)
    if asked.kind not in set(LicenceKind):
        raise Invalid("请选证件。", kind="请选苗种生产许可证或养殖证。")
    if not number:
        raise Invalid("请填许可证编号。", number="请照许可证上的编号填写。")
    if asked.kind == LicenceKind.SEED.value and not species:
        raise Invalid("请填许可证上的品种。", species="请至少填一个品种，例如“草鱼、鲫鱼”。")
    twice = select(Licence.id).where(Licence.kind == asked.kind, Licence.number == number)
    if w.one(twice) is not None:
        raise Invalid("这个许可证编号已经登记过。", number="这个编号已经登记过，请核对。")
    licence = w.add(
        Licence(
            id=w.new_id(),
            hatchery_id=hatchery.id,
            kind=LicenceKind(asked.kind).value,
            number=number,
            from_on=asked.from_on,
            until_on=asked.until_on,
        )
    )
    for code in species:
        reference.species(w, code)
        w.add(LicenceSpecies(id=w.new_id(), licence_id=licence.id, species_code=code))
    fact = LicenceAdded(number, asked.kind, asked.from_on, asked.until_on, species)
    w.record(fact, on=hatchery, county=hatchery.division_code)
    return licence


def verify_licence(w: Work, licence_id: UUID) -> UUID:
    """Let the county say that it has seen this licence; return its farm's id."""
    hatchery = w.get_for_change(Hatchery, w.get(Licence, licence_id).hatchery_id)
    licence = w.get_for_change(Licence, licence_id)
    if licence.verified_at is not None:
        raise NotAllowedNow("这份许可证已经核实过。")
    licence.verified_at, licence.returned_because = w.now, None
    w.record(LicenceVerified(licence.number), on=hatchery, county=hatchery.division_code)
    return hatchery.id


def verify_all(w: Work, hatchery: Hatchery) -> int:
    """Count every licence of the hatchery as seen; return how many there are."""
    licences = w.scalars(select(Licence).where(Licence.hatchery_id == hatchery.id))
    for licence in licences:
        licence.verified_at = licence.verified_at or w.now
    return len(licences)


def add_pond(w: Work, hatchery_id: UUID, name: str) -> UUID:
    """Put a pond on record under the name the farm gives it."""
    hatchery = w.get_for_change(Hatchery, hatchery_id)
    said = pond_name(name)
    if not said:
        raise Invalid("请填塘口名称。", name="例如“2 号塘”“育苗 4 池”。")
    twice = select(Pond.id).where(Pond.hatchery_id == hatchery.id, Pond.name == said)
    if w.one(twice) is not None:
        raise Invalid("已经有这个塘口。", name=f"“{said}”已经登记过，请换一个名称。")
    pond = w.add(Pond(id=w.new_id(), hatchery_id=hatchery.id, name=said))
    w.record(PondAdded(said), on=hatchery, county=hatchery.division_code)
    return pond.id


def open_lot(
    w: Work,
    pond_id: UUID,
    *,
    species_code: str,
    variety: str = "",
    life_stage: str = "",
    unit: str = "",
    quantity: int = 0,
    kind: str = Kind.HATCH.value,
    reason: str = "",
    provenance: Provenance | None = None,
) -> UUID:
    """Open a lot in a pond and book what it starts with (nothing when `quantity` is 0).

    The unit is the species' usual one when none is named. Raises `NotAllowedNow` before the county
    has approved the farm.
    """
    hatchery = w.get_for_change(Hatchery, w.get(Pond, pond_id).hatchery_id)
    pond = w.get_for_change(Pond, pond_id)
    check_used(pond)
    if hatchery.state != State.APPROVED.value:
        raise NotAllowedNow("县里还没有审核通过，暂时不能登记存塘。")
    species = reference.species(w, species_code)
    lot = w.add(
        Lot(
            id=w.new_id(),
            hatchery_id=hatchery.id,
            pond_id=pond.id,
            number=next_lot_number(w, hatchery.id),
            species_code=species.code,
            variety=variety.strip(),
            life_stage=life_stage.strip(),
            unit=Unit(unit or species.base_unit).value,
            balance=0,
            opened_at=w.now,
        )
    )
    opened = LotOpened(lot.number, pond.name, species.code)
    w.record(opened, on=hatchery, county=hatchery.division_code)
    if quantity:
        book_stock(w, lot.id, kind, quantity, reason, provenance=provenance or Provenance())
    return lot.id


def confirm_record(
    w: Work,
    hatchery_id: UUID,
    counted: Mapping[UUID, int] | None = None,
    reason: str = "",
    *,
    reasons: Mapping[UUID, str] | None = None,
) -> int:
    """Confirm the base record; return how many lots were counted otherwise and are corrected.

    Each correction stands in the ledger with its own reason, or with the one for all.
    """
    hatchery = w.get_for_change(Hatchery, hatchery_id)
    own = set(w.scalars(select(Lot.id).where(Lot.hatchery_id == hatchery.id)))
    corrected = 0
    hold_lots(w, own & set(counted or {}))
    for lot_id, quantity in sorted((counted or {}).items()):
        why = (reasons or {}).get(lot_id) or reason
        if lot_id in own and correct_stock(w, lot_id, quantity, why) is not None:
            corrected += 1
    hatchery.confirmed_on = w.today
    w.record(
        RecordConfirmed(len(own), corrected),
        on=hatchery,
        county=hatchery.division_code,
        reason=reason,
    )
    return corrected


def change_contact(w: Work, hatchery_id: UUID, *, contact_name: str, phone: str) -> None:
    """Change whom the vet calls before a visit."""
    hatchery = w.get_for_change(Hatchery, hatchery_id)
    number = parse_phone(phone)
    hatchery.contact_name = contact_name.strip()
    hatchery.phone, hatchery.phone_index = number, blind("phone", number)
    w.record(ContactChanged(), on=hatchery, county=hatchery.division_code)
