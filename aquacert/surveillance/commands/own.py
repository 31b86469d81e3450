"""Our own test results come in by themselves: nobody types them again.

`take_own_result` is told one disease of one sample whenever its report is released, amended or
withdrawn. Any order and any number of times end in one state (rules.own).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.ownevents import raise_event
from aquacert.surveillance.models import OwnResult
from aquacert.surveillance.rules.own import POSITIVE, Heard, Level, Purpose, Version, hear


@dataclass(frozen=True)
class OwnNews:
    """One line of a report, with what the sampling side knows of its sample. No personal data."""

    sample_id: UUID
    """The sample's or self-test's own id; with the disease it names the observation."""
    organisation_id: UUID
    division_code: str
    disease_code: str
    species_code: str
    life_stage: str
    individuals: int
    sampled_on: date
    purpose: Purpose
    method_code: str
    outcome: str
    """negative, positive or inconclusive"""
    lab_id: UUID
    lab_name: str
    in_scope: bool
    """Whether the laboratory was in scope for it on the sampling day."""
    report_no: str
    version: Version
    level: Level = Level.MOLECULAR


@dataclass(frozen=True)
class OwnResultTaken(Fact):
    """A test result of our own was taken into surveillance."""

    tag: ClassVar[str] = "surveillance:own:take"
    title: ClassVar[str] = "检测结果进入监测数据"
    disease_code: str
    report_no: str
    outcome: str
    withdrawn: bool


@dataclass(frozen=True)
class OwnResultIgnored(Fact):
    """Older news came after newer; it changed nothing."""

    tag: ClassVar[str] = "surveillance:own:ignore"
    title: ClassVar[str] = "迟到的旧版检测结果，未采用"
    disease_code: str
    report_no: str
    standing_report_no: str


def take_own_result(w: Work, news: OwnNews) -> Heard:
    """Take one line of a report in; return what it did. Repeated and older news change nothing."""
    known = w.one(
        select(OwnResult)
        .where(OwnResult.sample_id == news.sample_id, OwnResult.disease_code == news.disease_code)
        .with_for_update()
    )
    heard = hear(None if known is None else version_of(known), news.version)
    if heard is Heard.SAME:
        return heard
    if known is not None and heard is Heard.STALE:
        w.record(
            OwnResultIgnored(news.disease_code, news.report_no, known.report_no),
            on=known,
            county=known.division_code,
        )
        return heard
    was_positive = known is not None and known.outcome == POSITIVE
    row = _write(w, known, news)
    fact = OwnResultTaken(
        news.disease_code, news.report_no, news.outcome, news.version.is_withdrawn
    )
    w.record(fact, on=row, county=row.division_code)
    if was_positive or row.outcome == POSITIVE:
        raise_event(w, row)
    return heard


def version_of(row: OwnResult) -> Version:
    """Return which news an observation rests on."""
    return Version(row.reported_at, row.report_id, row.is_withdrawn)


def _write(w: Work, known: OwnResult | None, news: OwnNews) -> OwnResult:
    row = known or OwnResult(
        id=w.new_id(),
        sample_id=news.sample_id,
        disease_code=news.disease_code,
        disease_name=reference.disease(w, news.disease_code).name_zh,
        organisation_id=news.organisation_id,
        division_code=news.division_code,
        place=reference.full_name(w, news.division_code),
        species_code=news.species_code,
        species_name=reference.species(w, news.species_code).name_zh,
        life_stage=news.life_stage,
        individuals=news.individuals,
        sampled_on=news.sampled_on,
        purpose=news.purpose.value,
        level=news.level.value,
    )
    row.method_code = news.method_code
    row.outcome = news.outcome
    row.lab_id, row.lab_name, row.in_scope = news.lab_id, news.lab_name, news.in_scope
    row.report_id, row.report_no = news.version.report_id, news.report_no
    row.reported_at = news.version.reported_at
    row.is_withdrawn = news.version.is_withdrawn
    row.heard_at = w.now
    return w.add(row)
