"""A new enterprise registers itself; its county approves or refuses with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Required, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.accounts.models import Person
from aquacert.accounts.queries.actors import memberships_in_force, roles_of
from aquacert.accounts.rules.roles import FARM, ROLE_NAMES, Role, clashes
from aquacert.hatcheries.commands.keeping import LicenceAsked, verify_all, write_licence
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries.farms import hatchery_of
from aquacert.hatcheries.rules import MOVES, Act, State, kind_of, level_of
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotSignedIn
from aquacert.kernel.work import Look, Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.dated import in_force
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.uscc import parse_uscc

SHORTEST_REASON = 5
TAKEN = "这个统一社会信用代码已经登记过。一个单位只有一个账号，请用原来的账号登录，或打电话给县里。"


@dataclass(frozen=True)
class HatcheryRegistered(Fact):
    """A farm asked to be registered."""

    tag: ClassVar[str] = "hatcheries:hatchery:register"
    title: ClassVar[str] = "苗种场申请登记"
    name: str
    uscc: str
    division: str


@dataclass(frozen=True)
class HatcheryApproved(Fact):
    """The county approved a registration and looked at its licences."""

    tag: ClassVar[str] = "hatcheries:hatchery:approve"
    title: ClassVar[str] = "苗种场审核通过"
    name: str
    licences: int


@dataclass(frozen=True)
class HatcheryRefused(Fact):
    """The county refused a registration."""

    tag: ClassVar[str] = "hatcheries:hatchery:refuse"
    title: ClassVar[str] = "苗种场审核未通过"
    name: str
    because: str


@dataclass(frozen=True)
class HatcheryReapplied(Fact):
    """A refused farm put its registration right and asked again."""

    tag: ClassVar[str] = "hatcheries:hatchery:reapply"
    title: ClassVar[str] = "苗种场重新申请登记"
    name: str


class FarmWords(TypedDict, total=False):
    """What `FarmAsked` is made of, as keyword arguments."""

    name: Required[str]
    uscc: Required[str]
    division_code: Required[str]
    place: Required[str]
    level: Required[str]
    kind: Required[str]
    contact_name: Required[str]
    phone: Required[str]
    is_one_person: bool
    licence_number: str
    licence_from: date | None
    licence_until: date | None
    licence_species: tuple[str, ...]


@dataclass(frozen=True)
class FarmAsked:
    """A farm as somebody asks to have it registered."""

    name: str
    uscc: str
    division_code: str
    place: str
    level: str
    kind: str
    contact_name: str
    phone: str
    is_one_person: bool = False
    licence_number: str = ""
    licence_from: date | None = None
    licence_until: date | None = None
    licence_species: tuple[str, ...] = ()


def register_hatchery(
    w: Work, *, password: str, username: str = "", **asked: Unpack[FarmWords]
) -> UUID:
    """Make the organisation, its owner's account and the hatchery, in state `registered`.

    The login name is the USCC when none is chosen. Raises `Invalid` with the field at fault: a
    second account for one USCC, a wrong check digit, a retired division.
    """
    farm = _asked(w, FarmAsked(**asked))
    with renamed(name_zh="name"):
        organisation_id = accounts.open_organisation(
            w,
            kind="hatchery",
            name_zh=farm.name,
            uscc=farm.uscc,
            division_code=farm.division_code,
        )
    with renamed(name="contact_name"):
        accounts.add_person(
            w,
            username=username.strip() or farm.uscc.lower(),
            password=password,
            name=farm.contact_name,
            phone=farm.phone,
            organisation_id=organisation_id,
            role="hatchery_owner",
            division_code=None,
            totp=False,
        )
    return _write(w, organisation_id, farm)


def register_own_hatchery(w: Work, **asked: Unpack[FarmWords]) -> UUID:
    """Register a farm with the account that asks: it becomes the owner, no second one is made.

    Raises `NotAllowedNow` for an account that acts for a farm already, `NotAllowed` for one whose
    other role forbids it (officials, laboratory staff), `Invalid` with the field at fault.
    """
    if w.actor.person_id is not None:  # two tabs at once: the second reads what the first wrote
        w.session.get(Person, w.actor.person_id, with_for_update=True)
    check_may_register(w)
    farm = _asked(w, FarmAsked(**asked))
    with renamed(name_zh="name"):
        organisation_id = accounts.found_farm(
            w, name_zh=farm.name, uscc=farm.uscc, division_code=farm.division_code
        )
    return _write(w, organisation_id, farm)


def check_may_register(look: Look) -> None:
    """Raise unless whoever is signed in may register a farm with this very account."""
    if look.actor.person_id is None:
        raise NotSignedIn
    held = memberships_in_force(look, look.actor.person_id)
    for one in held:
        farm = hatchery_of(look, one.organisation_id) if one.role in FARM else None
        if farm is not None:
            raise NotAllowedNow(f"您的账号已经有一家苗种场“{farm.name}”，不用再登记。")
    if against := clashes(roles_of(held), Role.HATCHERY_OWNER):
        listed = "、".join(ROLE_NAMES[other] for other in against)
        raise NotAllowed(f"您现任{listed}，按回避要求不能自己办苗种场。")


def _asked(w: Work, farm: FarmAsked) -> FarmAsked:
    """Return what is asked as it is kept; raise `Invalid` with the field at fault."""
    code = parse_uscc(farm.uscc)
    if w.session.scalar(select(Hatchery.id).where(Hatchery.uscc == code)) is not None:
        raise Invalid(TAKEN, uscc=TAKEN)
    number = parse_phone(farm.phone)
    check_division(w, farm.division_code)
    return replace(
        farm,
        uscc=code,
        phone=number,
        name=farm.name.strip(),
        place=farm.place.strip(),
        contact_name=farm.contact_name.strip(),
        level=level_of(farm.level).value,
        kind=kind_of(farm.kind).value,
    )


def _write(w: Work, organisation_id: UUID, farm: FarmAsked) -> UUID:
    hatchery = w.add(
        Hatchery(
            id=w.new_id(),
            organisation_id=organisation_id,
            name=farm.name,
            uscc=farm.uscc,
            division_code=farm.division_code,
            place=farm.place,
            level=farm.level,
            kind=farm.kind,
            is_one_person=farm.is_one_person,
            contact_name=farm.contact_name,
            phone=farm.phone,
            phone_index=blind("phone", farm.phone),
            state=State.REGISTERED.value,
            registered_at=w.now,
            refused_because="",
        )
    )
    fact = HatcheryRegistered(farm.name, farm.uscc, farm.division_code)
    w.record(fact, on=hatchery, county=farm.division_code)
    if farm.licence_number.strip() and farm.licence_from and farm.licence_until:
        asked = LicenceAsked(
            "seed",
            farm.licence_number,
            farm.licence_from,
            farm.licence_until,
            tuple(farm.licence_species),
        )
        write_licence(w, hatchery, asked)
    return hatchery.id


def approve_hatchery(w: Work, hatchery_id: UUID) -> None:
    """Approve a registration; the licences it came with count as looked at from now."""
    hatchery = w.get_for_change(Hatchery, hatchery_id)
    w.move(hatchery, MOVES, Act.APPROVE)
    hatchery.reviewed_at = w.now
    hatchery.confirmed_on = w.today
    licences = verify_all(w, hatchery)
    w.record(HatcheryApproved(hatchery.name, licences), on=hatchery, county=hatchery.division_code)
    accounts.tell(
        w,
        to_organisation=hatchery.organisation_id,
        kind="hatchery",
        subject="苗种场登记已通过，可以登记塘口、存塘数，然后申报检疫。",
        link="/declarations/home",
    )


def refuse_hatchery(w: Work, hatchery_id: UUID, because: str) -> None:
    """Refuse a registration with a reason the applicant reads."""
    said = because.strip()
    if len(said) < SHORTEST_REASON:
        raise Invalid(
            "请写明原因。", because=f"原因是写给申请人看的，不少于 {SHORTEST_REASON} 字。"
        )
    hatchery = w.get_for_change(Hatchery, hatchery_id)
    w.move(hatchery, MOVES, Act.REFUSE, because=said)
    hatchery.reviewed_at = w.now
    hatchery.refused_because = said
    w.record(
        HatcheryRefused(hatchery.name, said),
        on=hatchery,
        county=hatchery.division_code,
        reason=said,
    )
    accounts.tell(
        w,
        to_organisation=hatchery.organisation_id,
        kind="hatchery",
        subject="苗种场登记没有通过，请看原因，改好后再申请。",
        link="/declarations/home",
    )


def reapply_hatchery(w: Work, hatchery_id: UUID, *, name: str, place: str, phone: str) -> None:
    """Put a refused registration right and send it to the county again."""
    number = parse_phone(phone)
    hatchery = w.get_for_change(Hatchery, hatchery_id)
    w.move(hatchery, MOVES, Act.REAPPLY)
    hatchery.name, hatchery.place = name.strip(), place.strip()
    hatchery.phone, hatchery.phone_index = number, blind("phone", number)
    hatchery.refused_because = ""
    w.record(HatcheryReapplied(hatchery.name), on=hatchery, county=hatchery.division_code)


@contextmanager
def renamed(**names: str) -> Iterator[None]:
    """Let a fault of the accounts room stand at the field that our form calls otherwise."""
    try:
        yield
    except Invalid as error:
        fields = {names.get(name, name): sentence for name, sentence in error.fields.items()}
        raise Invalid(error.sentence, **fields) from error


def check_division(w: Work, code: str) -> None:
    """Raise `Invalid` unless the code is a living county-level division of this province."""
    division = reference.division(w, code)
    if not in_force(division.from_on, division.until_on, w.today):
        raise Invalid(
            "这个区划已经撤销。",
            division_code=f"{division.name_zh}已于 {division.until_on} 撤销，请选现在的区县。",
        )
    if not code.startswith(w.settings.province) or code.endswith("00"):
        raise Invalid("请选到区县。", division_code="请选本省的一个区县，例如“南京市江宁区”。")
