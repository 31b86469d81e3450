"""Licences beyond their first entry: scans, renewal before they end, the county's look at each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.hatcheries.commands.keeping import LicenceAsked, write_licence
from aquacert.hatcheries.models import Hatchery, Licence, LicenceSpecies, LicenceTerm
from aquacert.hatcheries.parsers.papers import read_paper
from aquacert.hatcheries.rules.licences import check_period
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work

MOST_SCANS = 8
SHORTEST = 5


@dataclass(frozen=True)
class ScanAttached(Fact):
    """A picture or PDF of a licence was added."""

    tag: ClassVar[str] = "hatcheries:licence:scan"
    title: ClassVar[str] = "上传许可证扫描件"
    number: str
    sha256: str
    size: int


@dataclass(frozen=True)
class LicenceRenewalAsked(Fact):
    """A licence that keeps its number was said to hold for a further period."""

    tag: ClassVar[str] = "hatcheries:licence:renew"
    title: ClassVar[str] = "许可证续期"
    number: str
    from_on: date
    until_on: date


@dataclass(frozen=True)
class LicenceExtended(Fact):
    """The county looked at a further period of a licence, which holds from now."""

    tag: ClassVar[str] = "hatcheries:licence:extend"
    title: ClassVar[str] = "核实许可证续期"
    number: str
    until_on: date


@dataclass(frozen=True)
class LicenceReturned(Fact):
    """The county could not verify a licence and said why."""

    tag: ClassVar[str] = "hatcheries:licence:return"
    title: ClassVar[str] = "退回许可证"
    number: str
    because: str


def attach_scan(w: Work, licence_id: UUID, data: bytes, name: str) -> StoredFile:
    """Keep a picture or PDF of a licence; raise `Invalid` when it is neither."""
    licence, farm = _locked(w, licence_id)
    read = read_paper(data, name, field="scan")
    if len(w.files_of(licence)) >= MOST_SCANS:
        raise Invalid("扫描件太多。", scan=f"一份证最多传 {MOST_SCANS} 个文件。")
    stored = w.attach(licence, read.data, read.name, read.media_type)
    fact = ScanAttached(licence.number, stored.sha256, stored.size)
    w.record(fact, on=farm, county=farm.division_code)
    return stored


def renew_licence(
    w: Work,
    licence_id: UUID,
    *,
    number: str,
    from_on: date,
    until_on: date,
    species: tuple[str, ...] = (),
) -> UUID:
    """Put a renewed licence on record, to be verified; return the licence that carries it.

    With the old number it is a further period of the same licence; with a new one a new licence
    that names the old. No species given: those of the old one. Raises `Invalid` for a period that
    does not reach beyond the old one's end.
    """
    old, farm = _locked(w, licence_id)
    check_period(from_on, until_on)
    if until_on <= old.until_on:
        sentence = f"原证到 {old.until_on}，续期后的到期日要在那以后。"
        raise Invalid(sentence, until_on=sentence)
    codes = species or tuple(
        w.scalars(
            select(LicenceSpecies.species_code)
            .where(LicenceSpecies.licence_id == old.id)
            .order_by(LicenceSpecies.id)
        )
    )
    if number.strip() != old.number:
        fresh = write_licence(w, farm, LicenceAsked(old.kind, number, from_on, until_on, codes))
        fresh.renews_id = old.id
        return fresh.id
    if set(species) - _species(w, old):
        sentence = "原证上没有这个品种。品种有变时请照新证的编号登记。"
        raise Invalid(sentence, species=sentence)
    if _open_term(w, old) is not None:
        raise NotAllowedNow("这份证已经报了续期，等县里核实。")
    w.add(
        LicenceTerm(
            id=w.new_id(), licence_id=old.id, from_on=from_on, until_on=until_on, asked_at=w.now
        )
    )
    fact = LicenceRenewalAsked(old.number, from_on, until_on)
    w.record(fact, on=farm, county=farm.division_code)
    return old.id


def extend_licence(w: Work, licence_id: UUID) -> UUID:
    """Let the county say that it has seen the further period; return the farm's id.

    The period that runs is never cut short: one that begins after a gap is verified when the old
    one is over. Raises `NotAllowedNow`.
    """
    licence, farm = _locked(w, licence_id)
    term = _open_term(w, licence)
    if term is None:
        raise NotAllowedNow("这份证没有等着核实的续期，请刷新看最新情况。")
    if term.from_on > licence.until_on + timedelta(days=1):
        # A gap between the periods stays one: nothing was licensed in it.
        if w.today <= licence.until_on:
            ends, begins = licence.until_on, term.from_on
            raise NotAllowedNow(f"原证到 {ends}，续期从 {begins} 起，中间断开：原证到期后再核实。")
        licence.from_on = term.from_on
    term.verified_at = w.now
    licence.verified_at = licence.verified_at or w.now
    licence.until_on, licence.returned_because = term.until_on, None
    fact = LicenceExtended(licence.number, licence.until_on)
    w.record(fact, on=farm, county=farm.division_code)
    _tell(w, farm, f"许可证 {licence.number} 续期已核实，有效至 {licence.until_on}。")
    return farm.id


def return_licence(w: Work, licence_id: UUID, because: str) -> UUID:
    """Say why a licence (or its further period) could not be verified; return the farm's id."""
    said = " ".join(because.split())[:300]
    if len(said) < SHORTEST:
        raise Invalid("请写明原因。", because=f"原因是写给企业看的，不少于 {SHORTEST} 字。")
    licence, farm = _locked(w, licence_id)
    term = _open_term(w, licence)
    if term is None and licence.verified_at is not None:
        raise NotAllowedNow("这份许可证已经核实，没有可退回的。")
    if term is not None:
        w.session.delete(term)
    licence.returned_because = said
    fact = LicenceReturned(licence.number, said)
    w.record(fact, on=farm, county=farm.division_code, reason=said)
    _tell(w, farm, f"许可证 {licence.number} 没有核实通过，请看原因，改好再登记。")
    return farm.id


def _locked(w: Work, licence_id: UUID) -> tuple[Licence, Hatchery]:
    farm = w.get_for_change(Hatchery, w.get(Licence, licence_id).hatchery_id)
    return w.get_for_change(Licence, licence_id), farm


def _open_term(w: Work, licence: Licence) -> LicenceTerm | None:
    return w.one(
        select(LicenceTerm).where(
            LicenceTerm.licence_id == licence.id, LicenceTerm.verified_at.is_(None)
        )
    )


def _species(w: Work, licence: Licence) -> set[str]:
    return set(
        w.scalars(
            select(LicenceSpecies.species_code).where(LicenceSpecies.licence_id == licence.id)
        )
    )


def _tell(w: Work, farm: Hatchery, subject: str) -> None:
    accounts.tell(
        w,
        to_organisation=farm.organisation_id,
        kind="hatchery",
        subject=subject,
        link="/hatcheries/own",
    )
