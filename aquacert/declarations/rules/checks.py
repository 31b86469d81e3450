"""What the machine looks at before a person answers: every check, passed or not, with its basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aquacert.declarations.rules.plan import amount
from aquacert.hatcheries.rules import LicenceStanding, is_confirmed
from aquacert.kernel.clock import SHANGHAI
from aquacert.surveillance.rules.clean import Clean


class Reason(StrEnum):
    """One thing that a declaration can be short of."""

    HATCHERY = "hatchery_approved"
    RECORD = "record_confirmed"
    LICENCE = "licence_live"
    SPECIES = "species_on_licence"
    STOCK = "stock_enough"
    HELD = "lot_free"
    ZONE = "zone_clear"
    PASSES = "zone_passed"
    ZONE_TEST = "zone_test"
    CLEAN = "farm_clean"
    UNCLEAN = "farm_unclean"
    """The same, where the province lets a positive in the period bar."""
    LEAD_TIME = "lead_time"
    BOUGHT = "bought_seed"
    WILD = "wild_in_time"
    CAUGHT = "wild_lot"
    SITES = "wild_sites"
    ORIGIN = "origin_certificate"
    ASKS = "purpose_answers"
    PLATE = "plate_free"


SENTENCES: Mapping[Reason, str] = {
    Reason.HATCHERY: "苗种场登记还没有审核通过",
    Reason.RECORD: "存塘数太久没有核对，核对后才能申报",
    Reason.LICENCE: "苗种生产许可证无效",
    Reason.SPECIES: "有品种不在许可证范围内",
    Reason.STOCK: "存塘量不够",
    Reason.HELD: "有批次正在检疫处理或隔离",
    Reason.ZONE: "在疫病管控区内，暂停受理",
    Reason.PASSES: "路上经过疫病管控区",
    Reason.ZONE_TEST: "在监视区，要有新的阴性结果",
    Reason.CLEAN: "回溯期内检出过阳性，要加检",
    Reason.UNCLEAN: "回溯期内检出过阳性，暂停受理",
    Reason.LEAD_TIME: "距启运不足规定的提前时间",
    Reason.BOUGHT: "购入苗种的检疫证明对不上",
    Reason.WILD: "捕获后申报超过规定天数",
    Reason.CAUGHT: "申报为合法捕获，台账里不是",
    Reason.SITES: "捕获苗种的暂养场所有条件不具备",
    Reason.ORIGIN: "外省来的苗种，检疫证明未核验",
    Reason.ASKS: "用途要说明的事没有填全",
    Reason.PLATE: "这辆车当天已有一份申报",
}
TITLES: Mapping[Reason, str] = {
    Reason.HATCHERY: "苗种场已登记",
    Reason.RECORD: "基础信息近期确认",
    Reason.LICENCE: "许可证有效",
    Reason.SPECIES: "品种在许可范围",
    Reason.STOCK: "存塘量足够",
    Reason.HELD: "没有批次在检疫处理或隔离中",
    Reason.ZONE: "不在疫病区域",
    Reason.PASSES: "路上不经过管控区",
    Reason.ZONE_TEST: "不在监视区",
    Reason.CLEAN: "回溯期内没有检出阳性",
    Reason.UNCLEAN: "回溯期内没有检出阳性",
    Reason.LEAD_TIME: "提前申报时间够",
    Reason.BOUGHT: "购入苗种的检疫证明没有争议",
    Reason.WILD: "捕获后及时申报",
    Reason.CAUGHT: "台账记的是捕获",
    Reason.SITES: "暂养场所条件具备",
    Reason.ORIGIN: "外省检疫证明已核对",
    Reason.ASKS: "用途说明已填",
    Reason.PLATE: "车辆当天未重复",
}
HARD = frozenset(
    {
        *(Reason.HATCHERY, Reason.LICENCE, Reason.SPECIES, Reason.STOCK, Reason.HELD),
        *(Reason.BOUGHT, Reason.ZONE, Reason.UNCLEAN),
    }
)
"""Acceptance is impossible while one of these stands; the rest are for a person to weigh."""
UNDER_TREATMENT = "{} 正在检疫处理或隔离，解除以后才能申报"


@dataclass(frozen=True)
class Check:
    """One check and what it rests on. `basis` is a sentence for people."""

    reason: Reason
    ok: bool
    basis: str

    @property
    def hard(self) -> bool:
        """Whether acceptance is impossible while this fails."""
        return self.reason in HARD

    @property
    def title(self) -> str:
        """Short name of what was checked, or of what is wrong."""
        return TITLES[self.reason] if self.ok else SENTENCES[self.reason]


@dataclass(frozen=True)
class BatchFacts:
    """What the checks must know of one batch."""

    species_name: str
    pond: str
    quantity: int
    unit: str
    free: int
    """What the lot may still give, this declaration's own hold not counted."""
    licence: LicenceStanding
    captured_on: date | None = None
    declare_by: datetime | None = None
    """Last instant at which this catch could be declared; None when no rule binds."""
    sites_lacking: tuple[str, ...] = ()
    """Conditions of the waiting place that were answered with no."""
    brought_certificate: str = ""
    brought_words: str = ""
    """How far the certificate was checked, in words; with `brought_ok`."""
    brought_ok: bool = True
    contest: str = ""
    """Why seed bought into this lot may not be declared for now; empty when nothing is contested."""
    not_wild: str = ""
    """Why seed declared as caught was not, by its ledger; empty when it was, or was not said to be."""
    held: str = ""
    """Number of the lot where it stands under an order of treatment (检疫处理); else empty."""


@dataclass(frozen=True)
class CheckFacts:
    """Everything the checks look at, gathered by `queries.machine`."""

    hatchery_approved: bool
    confirmed_on: date | None
    confirm_within_days: int
    today: date
    declared_at: datetime
    first_departure_at: datetime
    earliest_at: datetime
    lead_article: str
    batches: tuple[BatchFacts, ...]
    zones: tuple[str, ...]
    """Sentences of the surveillance blocks that touch this declaration."""
    zones_passed: tuple[str, ...] = ()
    """Sentences of zones it only passes through: a warning."""
    clean: Clean | None = None
    """What the months before say of the farm; None or without months: not asked."""
    clean_bars: bool = False
    zone_tests: tuple[str, ...] = ()
    """Sentences of zones that ask for a fresh negative: sampling sees to it."""
    plates_twice: tuple[str, ...] = ()
    farm_basis: str = ""
    """Why the farm may not declare at all; empty while it waits for its approval."""
    campaign: str = ""
    """What a data check of the whole province still wants of the farm; empty for nothing."""
    asks: tuple[tuple[str, ...], ...] = ()
    """Per load what its purpose asks and nobody answered; empty when no purpose asks anything."""


def checks(facts: CheckFacts) -> tuple[Check, ...]:
    """Return every check, each for all batches (never only for the first)."""
    found = [
        Check(Reason.HATCHERY, facts.hatchery_approved, facts.farm_basis or "县级审核结果"),
        _record(facts),
        _licence(facts),
        _species(facts),
        _stock(facts),
        _held(facts),
        *_bought(facts),
        Check(Reason.ZONE, not facts.zones, "；".join(facts.zones) or "起运地、到达地均无管控"),
        _lead(facts),
    ]
    for reason, said in (
        (Reason.PASSES, facts.zones_passed),
        (Reason.ZONE_TEST, facts.zone_tests),
    ):
        if said:
            found.append(Check(reason, ok=False, basis="；".join(said)))
    if facts.clean is not None and facts.clean.months:
        reason = Reason.UNCLEAN if facts.clean_bars else Reason.CLEAN
        found.append(Check(reason, facts.clean.is_clean, facts.clean.sentence))
    if any(batch.captured_on for batch in facts.batches):
        found += _wild(facts)
    if any(batch.brought_certificate for batch in facts.batches):
        found.append(_origin(facts))
    if facts.asks:
        found.append(_asks(facts))
    twice = "、".join(facts.plates_twice)
    basis = f"{twice} 当天已有别的申报，请确认" if twice else "同一天没有别的申报用这辆车"
    found.append(Check(Reason.PLATE, not twice, basis))
    return tuple(found)


def obstacles(found: tuple[Check, ...]) -> tuple[str, ...]:
    """Return the sentences of every failed check that forbids acceptance."""
    return tuple(
        f"{SENTENCES[one.reason]}：{one.basis}" for one in found if one.hard and not one.ok
    )


def _record(facts: CheckFacts) -> Check:
    ok = is_confirmed(facts.confirmed_on, facts.today, facts.confirm_within_days)
    if facts.campaign:
        return Check(Reason.RECORD, ok=False, basis=facts.campaign)
    if facts.confirmed_on is None:
        return Check(Reason.RECORD, ok, "从未核对过")
    days = (facts.today - facts.confirmed_on).days
    return Check(Reason.RECORD, ok, f"{facts.confirmed_on} 确认，{days} 天前")


def _licence(facts: CheckFacts) -> Check:
    # A licence that lives but lacks a species fails the next check, not this one.
    bad = [one.licence for one in facts.batches if not one.licence.ok]
    dead = [one for one in bad if one.reason is not None and one.reason != "species_not_listed"]
    if dead:
        return Check(Reason.LICENCE, ok=False, basis=dead[0].sentence)
    until = [one.licence.until_on for one in facts.batches if one.licence.until_on]
    return Check(
        Reason.LICENCE, ok=bool(until), basis=f"有效至 {min(until)}" if until else "未登记"
    )


def _species(facts: CheckFacts) -> Check:
    bad = [one.species_name for one in facts.batches if not one.licence.ok]
    if bad:
        return Check(Reason.SPECIES, ok=False, basis="、".join(dict.fromkeys(bad)))
    numbers = "、".join(dict.fromkeys(one.licence.number for one in facts.batches))
    return Check(Reason.SPECIES, ok=True, basis=f"许可证 {numbers}")


def _stock(facts: CheckFacts) -> Check:
    short = [
        f"{one.pond}可用 {amount(one.free, one.unit)}，申报 {amount(one.quantity, one.unit)}"
        for one in facts.batches
        if one.quantity > one.free
    ]
    fine = "；".join(f"{one.pond}还可用 {amount(one.free, one.unit)}" for one in facts.batches)
    return Check(Reason.STOCK, not short, "；".join(short) or fine)


def _held(facts: CheckFacts) -> Check:
    lots = "、".join(sorted({one.held for one in facts.batches if one.held}))
    basis = UNDER_TREATMENT.format(lots) if lots else "没有检疫处理通知单，也没有隔离"
    return Check(Reason.HELD, not lots, basis)


def _bought(facts: CheckFacts) -> list[Check]:
    """Tell of bought seed only where its certificate is contested: most farms buy none."""
    told = [f"{one.pond}：{one.contest}" for one in facts.batches if one.contest]
    return [Check(Reason.BOUGHT, ok=False, basis="；".join(told))] if told else []


def _lead(facts: CheckFacts) -> Check:
    ok = facts.first_departure_at >= facts.earliest_at
    earliest = facts.earliest_at.astimezone(SHANGHAI)
    return Check(
        Reason.LEAD_TIME,
        ok,
        f"最早 {earliest:%Y-%m-%d %H:%M} 启运（{facts.lead_article.split()[-1]}）",
    )


def _wild(facts: CheckFacts) -> list[Check]:
    """Judge every catch: its clock, where a rule binds, and its waiting place."""
    timed = [one for one in facts.batches if one.declare_by]
    late = [_caught(one) for one in timed if not in_time(one, facts.declared_at)]
    fine = "；".join(
        f"{one.species_name}最晚 {one.declare_by.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 前申报"
        for one in timed
        if one.declare_by
    )
    found = [Check(Reason.WILD, not late, "；".join(late) or fine)] if timed else []
    lacking = [
        f"{one.pond}：{'、'.join(one.sites_lacking)}" for one in facts.batches if one.sites_lacking
    ]
    sites = Check(Reason.SITES, not lacking, "；".join(lacking) or "申报人逐项答“是”，到场核实")
    other = [f"{one.pond}：{one.not_wild}" for one in facts.batches if one.not_wild]
    begun = Check(Reason.CAUGHT, not other, "；".join(other) or "批次以合法捕获或检疫到达记入")
    return [*found, begun, sites]


def in_time(batch: BatchFacts, declared_at: datetime) -> bool:
    """Say whether wild seed was declared before its clock ran out (2010 Measures, Art. 29)."""
    return batch.declare_by is None or declared_at <= batch.declare_by


def _caught(batch: BatchFacts) -> str:
    return f"{batch.species_name} {batch.captured_on} 捕获"


def _origin(facts: CheckFacts) -> Check:
    brought = [one for one in facts.batches if one.brought_certificate]
    said = "；".join(
        f"{one.pond} {one.brought_certificate} {one.brought_words}".strip() for one in brought
    )
    return Check(Reason.ORIGIN, all(one.brought_ok for one in brought), said)


def _asks(facts: CheckFacts) -> Check:
    missing = [
        f"第 {at} 车：{'、'.join(labels)}" for at, labels in enumerate(facts.asks, 1) if labels
    ]
    return Check(Reason.ASKS, not missing, "；".join(missing) or "都已说明")
