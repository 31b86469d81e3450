"""Who plays: fictional bodies (示例…) at real places, and one person for each role.

Persons are roles, not names of people. Their accounts exist only in a demo installation; running
the demo again finds them.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands import add_person, make_token, open_office, open_organisation
from aquacert.accounts.models import Membership, Organisation, Person
from aquacert.accounts.queries import actor_for, open_offices
from aquacert.accounts.rules.roles import NEEDS_SECOND_FACTOR, ROLE_NAMES, Role
from aquacert.certificates.commands import hand_down, receive_segment
from aquacert.certificates.numbers.commands import return_up, void_unused
from aquacert.certificates.numbers.queries import numbers_left
from aquacert.hatcheries.commands import add_pond, approve_hatchery, open_lot, register_hatchery
from aquacert.hatcheries.queries import hatchery_of, lots
from aquacert.kernel.scope import ANONYMOUS, SYSTEM, Actor
from aquacert.kernel.work import Database, Look, Work
from aquacert.reference.queries import species_named
from aquacert.reference.rules.uscc import check_character
from labs.register.commands import add_instrument, add_lot, add_scope, calibrate, designate_lab
from labs.register.queries import instruments_of, labs
from labs.register.rules.demands import Demands

COUNTY = "320682"
"""如皋市: where the farm, its office and its vet are."""
PROVINCE = "320000"
PASSWORD = "five quiet ponds at dawn"  # noqa: S105 (a demo account, printed by the demo)
OWNER = "hatchery_owner"
PHONE = "0513-00000000"
OFFICE_PHONE = "0513-80000000"
SPECIES = "凡纳滨对虾"
STAGE = "P10"
POND = "2 号塘"
STOCK = 5_000_000
SECOND = "province_supervisor_2"
"""A recall, and believing another province, take two persons."""
SEGMENT = 1_000
"""Numbers the vet gets in his own hands."""
WHOLE = 100_000
INSTRUMENT = "QPCR-02"
KIT_LOT = "K2604-17"
SCOPES = (("DIV1", "sct7237-2020"), ("WSD", "woah-wsd-qpcr"))


@dataclass(frozen=True)
class Part:
    """One role of the play."""

    role: str
    body: str
    division: str
    username: str = ""
    """Where one role has two people; else the role is the name."""

    @property
    def name(self) -> str:
        """The user name."""
        return self.username or self.role


BODIES: dict[str, tuple[str, str, str, str]] = {
    "province": ("agency", "示例省水生动物卫生监督所", PROVINCE, ""),
    "office": ("agency", "示例县水生动物卫生监督所", COUNTY, "county"),
    "lab": ("lab", "示例水生动物疫病检测中心", "320102", ""),
    "carrier": ("carrier", "示例活水鱼运输队", COUNTY, ""),
    "dealer": ("dealer", "示例苗种经销处", COUNTY, ""),
    "city": ("agency", "示例市渔业主管局", "320600", "province"),
    "county": ("agency", "示例县渔业主管局", COUNTY, "city"),
    "other_office": ("agency", "示例县西荡申报点", COUNTY, "county"),
    "other_county": ("agency", "示例区渔业主管局", "320612", "city"),
    "other_city": ("agency", "示例二市渔业主管局", "320500", "province"),
}
"""Key → kind, name, division, parent's key. New ones go to the end: a code is made of the place.

Declarations of a county go to the agency whose name comes first: that stays the vet's office.
"""

STOCK_OF_NUMBERS: tuple[tuple[str, str, int], ...] = (
    ("province", "city", 50_000),
    ("province", "other_city", 20_000),
    ("city", "county", 10_000),
    ("city", "other_county", 5_000),
    ("county", "office", 3_000),
    ("county", "other_office", 1_000),
)
"""Who hands how many numbers to whom, from the top; the office then gives its vet a segment."""

PARTS: tuple[Part, ...] = (
    Part("office_clerk", "office", COUNTY),
    Part("station_assistant", "office", COUNTY),
    Part("official_vet", "office", COUNTY),
    Part("number_keeper", "province", PROVINCE),
    Part("county_supervisor", "office", COUNTY),
    Part("province_supervisor", "province", PROVINCE),
    Part("province_supervisor", "province", PROVINCE, SECOND),
    Part("surveillance_officer", "office", COUNTY),
    Part("checkpoint_officer", "office", COUNTY),
    Part("administrator", "province", PROVINCE),
    Part("auditor", "province", PROVINCE),
    Part("lab_receiver", "lab", "320102"),
    Part("lab_technician", "lab", "320102"),
    Part("lab_reviewer", "lab", "320102"),
    Part("lab_authoriser", "lab", "320102"),
    Part("carrier", "carrier", COUNTY),
    Part("dealer", "dealer", COUNTY),
)


@dataclass(frozen=True)
class Cast:
    """Everybody, by user name (mostly the role); and the bodies, by key."""

    people: dict[str, UUID]
    bodies: dict[str, UUID]
    hatchery_id: UUID
    lot_id: UUID

    def actor(self, database: Database, role: str) -> Actor:
        """Return a role's actor as of now, without a session: whoever signs needs one besides."""
        with database.look() as look:
            return actor_for(look, self.people[role])


def secret_of(role: str) -> str:
    """Return a demo person's one-time code seed (base32): fixed, printed, and only in a demo."""
    return base64.b32encode(hashlib.sha256(f"demo {role}".encode()).digest()[:20]).decode()


def role_of(name: str) -> str:
    """Return the role that somebody of this user name plays."""
    return next((part.role for part in PARTS if part.name == name), name)


def needs_code(name: str) -> bool:
    """Say whether somebody of this user name signs in with a one-time code."""
    return Role(role_of(name)) in NEEDS_SECOND_FACTOR


def assemble(database: Database) -> Cast:
    """Find or make every body and person; return them."""
    bodies = {key: _body(database, key) for key in BODIES}
    people = {part.name: _person(database, part, bodies[part.body]) for part in PARTS}
    people[OWNER] = _farm(database)
    hatchery_id = _settle(database, people)
    people["hatchery_clerk"] = _clerk(database, people[OWNER])
    _open_office(database, bodies["office"])
    _equip_lab(database, bodies["lab"])
    _give_numbers(database, bodies, people["official_vet"])
    lot_id = _stock(database, people[OWNER], hatchery_id)
    return Cast(people, bodies, hatchery_id, lot_id)


def demo_uscc(division: str, serial: int) -> str:
    """Return a well-formed code of a body that does not exist (organisation part all zeros)."""
    body = f"91{division}{serial:09d}"
    return body + check_character(body)


def _body(database: Database, key: str) -> UUID:
    kind, name, division, parent = BODIES[key]
    uscc = demo_uscc(division, list(BODIES).index(key) + 1)
    with database.look(SYSTEM) as look:
        found = look.one(select(Organisation.id).where(Organisation.uscc == uscc))
    if found is not None:
        return found
    parent_id = _body(database, parent) if parent else None
    with database.work(SYSTEM) as w:
        return open_organisation(
            w,
            kind=kind,
            name_zh=name,
            uscc=uscc,
            division_code=division,
            parent_id=parent_id,
            phone=PHONE,
        )


def _person(database: Database, part: Part, body_id: UUID) -> UUID:
    found = known(database, part.name)
    if found is not None:
        return found
    totp = needs_code(part.name)
    with database.work(SYSTEM) as w:
        return add_person(
            w,
            username=part.name,
            password=PASSWORD,
            name=f"示例{ROLE_NAMES[Role(part.role)]}",
            phone=_mobile(part.name),
            organisation_id=body_id,
            role=part.role,
            division_code=part.division,
            totp=totp,
            totp_secret=secret_of(part.name) if totp else None,
        )


def _mobile(username: str) -> str:
    """Return an example number of somebody's own: it is a user name too."""
    names = [part.name for part in PARTS]
    return f"138000010{names.index(username) if username in names else 99:02d}"


def known(database: Database, username: str) -> UUID | None:
    """Return the account of a user name, None when there is none."""
    with database.look(SYSTEM) as look:
        return look.one(select(Person.id).where(Person.username == username))


def _farm(database: Database) -> UUID:
    """Let the farm register as a stranger does; return its owner's account."""
    found = known(database, OWNER)
    if found is not None:
        return found
    with database.work(ANONYMOUS) as w:
        _register(w, demo_uscc(COUNTY, 900))
    made = known(database, OWNER)
    if made is None:
        raise LookupError(OWNER)
    return made


def _register(w: Work, uscc: str) -> None:
    today = w.today
    register_hatchery(
        w,
        name="示例县东滩水产苗种场",
        uscc=uscc,
        division_code=COUNTY,
        place="示例镇东滩 1 号",
        level="provincial",
        kind="improved",
        contact_name="示例场主",
        phone="13800000000",
        password=PASSWORD,
        username=OWNER,
        licence_number="示苏农（2025）第 0001 号",
        licence_from=today - timedelta(days=200),
        licence_until=today + timedelta(days=800),
        licence_species=tuple(species_named(w, name).code for name in (SPECIES, "草鱼", "鲫")),
    )


def _settle(database: Database, people: dict[str, UUID]) -> UUID:
    """Let the county approve the farm once; return the farm."""
    with database.look(SYSTEM) as look:
        farm = hatchery_of(look, _organisation_of(look, people[OWNER]))
    if farm is None:
        raise LookupError("hatchery")
    if farm.state == "registered":
        with database.look() as look:
            clerk = actor_for(look, people["office_clerk"])
        with database.work(clerk) as w:
            approve_hatchery(w, farm.id)
    return farm.id


def _organisation_of(look: Look, person_id: UUID) -> UUID | None:
    return look.one(select(Membership.organisation_id).where(Membership.person_id == person_id))


def _clerk(database: Database, owner_id: UUID) -> UUID:
    found = known(database, "hatchery_clerk")
    if found is not None:
        return found
    with database.look(SYSTEM) as look:
        body_id = _organisation_of(look, owner_id)
    if body_id is None:
        raise LookupError("hatchery")
    return _person(database, Part("hatchery_clerk", "", COUNTY), body_id)


def _open_office(database: Database, body_id: UUID) -> None:
    """Publish where the farm declares."""
    with database.look(SYSTEM) as look:
        if open_offices(look, COUNTY):
            return
    with database.work(SYSTEM) as w:
        open_office(
            w,
            organisation_id=body_id,
            division_code=COUNTY,
            name_zh="示例县东滩申报点",
            name_en="Dongtan declaration office (example)",
            address="示例镇东滩路 1 号",
            phone=OFFICE_PHONE,
            hours="工作日 8:30–17:30",
            takes="水产苗种产地检疫申报",
        )


def _equip_lab(database: Database, lab_id: UUID) -> None:
    """Designate the laboratory and write down what it may test."""
    with database.look(SYSTEM) as look:
        is_designated = any(line.lab_id == lab_id for line in labs(look))
        is_equipped = bool(instruments_of(look, lab_id))
    if is_designated:
        if not is_equipped:  # a demo of before laboratories had instruments
            with database.work(SYSTEM) as w:
                _equip_bench(w, lab_id)
        return
    with database.work(SYSTEM) as w:
        first, last = w.today - timedelta(days=200), w.today + timedelta(days=800)
        designate_lab(
            w,
            lab_id,
            code="DEMO-01",
            address="江苏省南京市示例路 1 号",
            accredited_from_on=first,
            accredited_until_on=last,
            cma_number="示例-CMA-0001",
            capacity_per_day=40,
        )
        for disease, method in SCOPES:
            add_scope(
                w,
                lab_id,
                disease_code=disease,
                method_code=method,
                targets=[disease],
                from_on=first,
                until_on=last,
                demands=Demands(replicates=2, retest_wells=3),
            )
        _equip_bench(w, lab_id)


def _equip_bench(w: Work, lab_id: UUID) -> None:
    """Give the laboratory a calibrated instrument and an open kit for each disease it tests."""
    first, last = w.today - timedelta(days=200), w.today + timedelta(days=165)
    instrument_id = add_instrument(
        w,
        lab_id,
        code=INSTRUMENT,
        name="荧光定量 PCR 仪",
        model="示例 96 孔",
        serial_number="示例 0001",
    )
    calibrate(w, instrument_id, calibrated_on=first, until_on=last, body="示例计量院")
    for disease, method in SCOPES:
        add_lot(
            w,
            lab_id,
            kit=f"{disease} 荧光 PCR 试剂盒",
            maker="示例试剂厂",
            lot=KIT_LOT,
            disease_code=disease,
            method_code=method,
            expires_on=last,
            opened_on=w.today - timedelta(days=10),
            days_after_opening=90,
        )


def _give_numbers(database: Database, bodies: dict[str, UUID], vet_id: UUID) -> None:
    """Let the province receive segments of A and B, and hand them down over every level."""
    for kind, first in (("A", 3_200_000_001), ("B", 3_250_000_001)):
        with database.look(SYSTEM) as look:
            if numbers_left(look, bodies["office"], kind):
                continue
        with database.work(SYSTEM) as w:
            held = {
                "province": receive_segment(
                    w,
                    holder_id=bodies["province"],
                    kind=kind,
                    first=str(first),
                    last=str(first + WHOLE - 1),
                    because="演示号段",
                )
            }
            for giver, taker, count in STOCK_OF_NUMBERS:
                held[taker] = hand_down(
                    w, held[giver], holder_id=bodies[taker], count=count, because="演示下发"
                )
            hand_down(
                w,
                held["office"],
                holder_id=bodies["office"],
                person_id=vet_id,
                count=SEGMENT,
                because="演示领取",
            )
            return_up(w, held["other_county"], count=500, because="演示：多领的退回上级")
            void_unused(
                w,
                held["other_office"],
                first=str(first + 3_000),
                last=str(first + 3_001),
                because="演示：误印",
            )


def _stock(database: Database, owner_id: UUID, hatchery_id: UUID) -> UUID:
    """Put shrimp into one pond, once; return the lot."""
    with database.look() as look:
        owner = actor_for(look, owner_id)
    with database.look(owner) as look:
        found = lots(look, hatchery_id)
    if found:
        return next((line for line in found if line.pond_name == POND), found[0]).lot_id
    with database.work(owner) as w:
        code = species_named(w, SPECIES).code
        pond_id = add_pond(w, hatchery_id, POND)
        return open_lot(w, pond_id, species_code=code, life_stage=STAGE, quantity=STOCK)


def give_token(database: Database, cast: Cast, role: str) -> str:
    """Return a fresh API token of a role."""
    actor = cast.actor(database, role)
    with database.work(actor) as w:
        return make_token(w, cast.people[role], "演示接口")
