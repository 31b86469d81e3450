"""The county puts right what a farm is registered as: name, place, grade × kind, species."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries.organisations import organisation
from aquacert.accounts.rules.roles import Kind
from aquacert.hatcheries.commands.registration import check_division, renamed
from aquacert.hatcheries.models import Hatchery, LicenceSpecies
from aquacert.hatcheries.queries.registered import Registered, as_registered
from aquacert.hatcheries.rules import State, grade, kind_of, level_of
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Look, Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import clean

SHORTEST, LONGEST = 4, 300
STALE = "打开这一页以后有人更正过这家苗种场，请刷新看最新内容再改。"


@dataclass(frozen=True)
class HatcheryCorrected(Fact):
    """The county corrected a farm's registration; each line says what it was and what it is."""

    tag: ClassVar[str] = "hatcheries:hatchery:correct"
    title: ClassVar[str] = "更正苗种场登记内容"
    name: str
    corrections: tuple[str, ...]


def correct_hatchery(
    w: Work,
    hatchery_id: UUID,
    *,
    because: str,
    name: str | None = None,
    division_code: str | None = None,
    place: str | None = None,
    level: str | None = None,
    kind: str | None = None,
    species: Mapping[UUID, Collection[str]] | None = None,
    seen: str = "",
) -> bool:
    """Correct what a farm is registered as; return False when it stands so already.

    None leaves a thing as it is; `species` holds the whole list of each licence it names. `seen` is
    the mark of what the officer had before him (`Registered.mark`). Declarations keep what they were
    filed with. Raises `Invalid` with the field at fault, `NotAllowedNow` for a merged farm or when
    somebody corrected it meanwhile.
    """
    farm = w.get_for_change(Hatchery, hatchery_id)
    if farm.state == State.MERGED.value:
        raise NotAllowedNow("这份登记已并入另一家，请更正留下的一家。")
    before = as_registered(w, farm)
    after = _asked(before, name, division_code, place, level, kind, species or {})
    changes = tuple(_changes(w, before, after))
    if not changes:
        return False
    if seen and seen != before.mark():
        raise NotAllowedNow(STALE)
    said = _reason(because)
    if after.division_code != before.division_code:
        check_division(w, after.division_code)
        for county in sorted({before.division_code, after.division_code}):
            w.hold_trail(county)
        # The office it was assigned to serves the old place: by its place from now on.
        farm.office_id = None
    _correct_body(w, farm, before, after)
    farm.name, farm.division_code, farm.place = after.name, after.division_code, after.place
    farm.level, farm.kind = after.level, after.kind
    _write_species(w, before, after)
    for county in sorted({before.division_code, after.division_code}):
        w.record(HatcheryCorrected(after.name, changes), on=farm, county=county, reason=said)
    accounts.tell(
        w,
        to_organisation=farm.organisation_id,
        kind="hatchery",
        subject="县里更正了本场的登记内容，请核对。已提交的申报不变。",
        body="\n".join([*changes, f"原因：{said}"]),
        link="/hatcheries/own",
    )
    return True


def _correct_body(w: Work, farm: Hatchery, before: Registered, after: Registered) -> None:
    """Correct name and place of the body with the farm's.

    A dealer's or carrier's body that breeds as well stays as it is: it is more than this farm, and
    may sit in another county. The name first: once moved, the body is no longer this county's.
    """
    if organisation(w, farm.organisation_id).kind != Kind.HATCHERY.value:
        return
    if after.name != before.name:
        with renamed(name_zh="name"):
            accounts.rename_organisation(w, farm.organisation_id, name_zh=after.name)
    if after.division_code != before.division_code:
        accounts.move_organisation(w, farm.organisation_id, division_code=after.division_code)


def _asked(
    before: Registered,
    name: str | None,
    division_code: str | None,
    place: str | None,
    level: str | None,
    kind: str | None,
    species: Mapping[UUID, Collection[str]],
) -> Registered:
    """Return the registration as it is asked to be; raise `Invalid` with every fault at once."""
    wrong: dict[str, str] = {}
    said_name = before.name if name is None else clean(name, field="name")
    said_place = before.place if place is None else clean(place, field="place")
    if not said_name:
        wrong["name"] = "请填苗种场名称。"
    if not said_place:
        wrong["place"] = "请填塘口在哪里。"
    held = {one.licence_id: one for one in before.licences}
    if set(species) - set(held):
        wrong["species"] = "这份许可证不是这家的，请刷新再改。"
    if any(not codes for codes in species.values()):
        wrong["species"] = "许可证上至少要有一个品种。"
    if wrong:
        raise Invalid(next(iter(wrong.values())), **wrong)
    return Registered(
        name=said_name,
        division_code=before.division_code if division_code is None else division_code,
        place=said_place,
        level=before.level if level is None else level_of(level).value,
        kind=before.kind if kind is None else kind_of(kind).value,
        licences=tuple(
            replace(one, species=frozenset(species.get(one.licence_id, one.species)))
            for one in before.licences
        ),
    )


def _changes(look: Look, before: Registered, after: Registered) -> Iterator[str]:
    """Say each difference as people read it: what it was → what it is."""
    said = [
        ("名称", before.name, after.name),
        (
            "区县",
            reference.full_name(look, before.division_code),
            reference.full_name(look, after.division_code),
        ),
        ("塘口地点", before.place, after.place),
        ("级别类型", grade(before.level, before.kind), grade(after.level, after.kind)),
    ]
    for old, new in zip(before.licences, after.licences, strict=True):
        label = f"许可证 {old.number} 的品种"
        said.append((label, _named(look, old.species), _named(look, new.species)))
    return (f"{label}：{old or '没有'} → {new}" for label, old, new in said if old != new)


def _named(look: Look, codes: Collection[str]) -> str:
    return "、".join(sorted(reference.species(look, code).name_zh for code in codes))


def _write_species(w: Work, before: Registered, after: Registered) -> None:
    for old, new in zip(before.licences, after.licences, strict=True):
        for code in sorted(new.species - old.species):
            w.add(LicenceSpecies(id=w.new_id(), licence_id=old.licence_id, species_code=code))
        gone = old.species - new.species
        if gone:
            for row in w.scalars(
                select(LicenceSpecies).where(
                    LicenceSpecies.licence_id == old.licence_id,
                    LicenceSpecies.species_code.in_(sorted(gone)),
                )
            ):
                w.session.delete(row)


def _reason(because: str) -> str:
    said = clean(because, field="because", longest=LONGEST)
    if len(said) < SHORTEST:
        raise Invalid(
            "请写明原因。", because=f"原因不少于 {SHORTEST} 个字，企业会看到，也一直留着。"
        )
    return said
