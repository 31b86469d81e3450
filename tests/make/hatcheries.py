"""Builders of hatcheries: all go through commands."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.models import Membership
from aquacert.accounts.queries.actors import actor_for
from aquacert.hatcheries.commands import (
    add_pond,
    approve_hatchery,
    book_stock,
    keep_person,
    make_sign,
    open_lot,
    register_hatchery,
    write_note,
)
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import hatchery
from aquacert.hatcheries.rules.stocksheet import HEADS
from aquacert.kernel.scope import ANONYMOUS, SYSTEM, Actor
from aquacert.kernel.work import Database
from aquacert.reference.queries import species_named
from tests.make.accounts import COUNTY, PASSWORD, make_person, make_uscc, sign_in
from tests.make.kept import kept

SHRIMP = "凡纳滨对虾"


@dataclass(frozen=True)
class Farm:
    """A hatchery made for a test: its owner, the county's clerk, one pond and one lot."""

    hatchery_id: UUID
    organisation_id: UUID
    owner: Actor
    owner_secret: str
    clerk: Actor
    clerk_secret: str
    office_id: UUID
    lot_id: UUID
    pond_id: UUID
    species_code: str
    uscc: str


def registration(db: Database, **other: object) -> dict[str, object]:
    """Return what a new farm fills in."""
    today = db.clock.now().date()
    with db.look() as look:
        codes = tuple(species_named(look, name).code for name in (SHRIMP, "草鱼"))
    return {
        "name": "示例苗种场",
        "uscc": make_uscc(),
        "division_code": COUNTY,
        "place": "示例镇东滩 1 号",
        "level": "provincial",
        "kind": "improved",
        "contact_name": "张三",
        "phone": "138 0000 8000",
        "password": PASSWORD,
        "licence_number": make_uscc()[-8:],
        "licence_from": today - timedelta(days=300),
        "licence_until": today + timedelta(days=300),
        "licence_species": codes,
    } | other


def register(db: Database, **other: object) -> UUID:
    """Register a farm as a stranger does and return its id."""
    with db.work(ANONYMOUS) as w:
        return register_hatchery(w, **registration(db, **other))


@kept
def make_hatchery(db: Database, stock: int = 1_200_000, **other: object) -> Farm:
    """Register a farm, let its county approve it, and put stock into one pond."""
    hatchery_id = register(db, **other)
    with db.look(SYSTEM) as look:
        row = hatchery(look, hatchery_id)
    clerk = make_person(db, "office_clerk", division=row.division_code)
    with db.work(clerk.actor) as w:
        approve_hatchery(w, hatchery_id)
    secret, owner = owner_of(db, row)
    with db.work(owner) as w:
        code = species_named(w, SHRIMP).code
        pond_id = add_pond(w, hatchery_id, "2 号塘")
        lot_id = open_lot(w, pond_id, species_code=code, life_stage="P5", quantity=stock)
    return Farm(
        hatchery_id,
        row.organisation_id,
        owner,
        secret,
        clerk.actor,
        clerk.secret,
        clerk.organisation_id,
        lot_id,
        pond_id,
        code,
        row.uscc,
    )


def owner_of(db: Database, farm: Hatchery) -> tuple[str, Actor]:
    """Sign the owner of a farm in; return the session's secret and the actor."""
    with db.look(SYSTEM) as look:
        person_id = look.one(
            select(Membership.person_id).where(
                Membership.organisation_id == farm.organisation_id,
                Membership.role == "hatchery_owner",
            )
        )
    return sign_in(db, person_id, farm.uscc.lower())


def again(db: Database, actor: Actor) -> Actor:
    """Return the actor as the next request would find it."""
    with db.look(SYSTEM) as look:
        return actor_for(look, actor.person_id, actor.session_id)


def lot(db: Database, farm: Farm, species: str = "草鱼", quantity: int = 640_000) -> UUID:
    """Open another lot in another pond of the farm."""
    with db.work(farm.owner) as w:
        pond_id = add_pond(w, farm.hatchery_id, f"{species}塘")
        code = species_named(w, species).code
        return open_lot(w, pond_id, species_code=code, life_stage="夏花", quantity=quantity)


def caught(db: Database, farm: Farm, *lots: UUID) -> None:
    """Book one wild-caught fish into each lot (the farm's own without any): its seed may be wild."""
    with db.work(farm.owner) as w:
        for lot_id in lots or (farm.lot_id,):
            book_stock(w, lot_id, "capture", 1)


def make_record(db: Database, farm: Farm) -> UUID:
    """Give a farm a diary entry, a person and a sign; return the entry."""
    with db.work(farm.owner) as w:
        keep_person(w, farm.hatchery_id, post="technician", name="示例员", phone="13800000009")
        make_sign(w, farm.hatchery_id)
        typed = {"signs": "空胃", "deaths": "3"}
        [entry] = write_note(w, farm.hatchery_id, kind="disease", typed=typed)
    return entry


def stock_sheet(day: str, *, pond: str = "2 号塘", species: str = SHRIMP) -> bytes:
    """Return a workbook of one death in a pond."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(HEADS))
    sheet.append([pond, "", species, "", day, "死亡", 1, "", "", ""])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
