"""What the office's pages need: whom it may send, the road of one case, farms for a proxy."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.organisations import agencies_for
from aquacert.accounts.queries.people import VetLine, official_vets, person_label
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries.facts import all_load_facts, batches_of
from aquacert.declarations.queries.papers import KINDS, papers_of
from aquacert.declarations.queries.proxy import hands_of
from aquacert.declarations.queries.slots import slots_of
from aquacert.declarations.rules.basis import ClockBasis, clock_basis
from aquacert.declarations.rules.clocks import span
from aquacert.declarations.rules.grounds import Material
from aquacert.declarations.rules.plan import amount
from aquacert.declarations.rules.states import LOAD_WORDS, LabStage, LoadState, State
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.rules import State as HatcheryState
from aquacert.hatcheries.rules import grade
from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

MOST_ALIKE = 50
"""Declarations of one farm that one page accepts at once."""
TEST_WORDS = {
    LabStage.UNKNOWN: "等现场检疫后定",
    LabStage.EXEMPT: "免检",
    LabStage.RUNNING: "检测中",
    LabStage.DONE: "检测完成",
}


@dataclass
class Station:
    """One stop on a declaration's road."""

    title: str
    state: str
    at: str = ""
    day: str = ""
    by: str = ""
    facts: list[str] = field(default_factory=list)
    papers: list[tuple[str, str]] = field(default_factory=list)
    icon: str = "check"
    gap: str = ""


@dataclass(frozen=True)
class VetsHere:
    """The official vets of a place: who may be sent, and who may not as he filled it in himself."""

    free: tuple[VetLine, ...]
    own_hands: tuple[VetLine, ...]


def vets_here(look: Look, paper: Declaration) -> VetsHere:
    """Return the official vets of the office and of the agencies above it."""
    hands = {paper.declared_by_id, *hands_of(look, paper.id)}
    bodies = [paper.office_id, *(one.id for one in agencies_for(look, paper.origin_code))]
    found: dict[UUID, VetLine] = {}
    for body in dict.fromkeys(bodies):
        for vet in official_vets(look, body, look.today):
            found.setdefault(vet.person_id, vet)
    return VetsHere(
        tuple(vet for vet in found.values() if vet.person_id not in hands),
        tuple(vet for vet in found.values() if vet.person_id in hands),
    )


def alike(look: Look, paper: Declaration) -> list[Declaration]:
    """Return what waits of the same farm at the same office, this one with it, nearest limit first."""
    return look.scalars(
        select(Declaration)
        .where(
            look.visible(Declaration),
            Declaration.hatchery_id == paper.hatchery_id,
            Declaration.office_id == paper.office_id,
            Declaration.state == State.SUBMITTED.value,
            Declaration.submitted_at.is_not(None),
        )
        .order_by(Declaration.answer_due_at, Declaration.id)
        .limit(MOST_ALIKE)
    )


def numbers_of(look: Look, declaration_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of those of these declarations that this office may see."""
    wanted = select(Declaration.id, Declaration.number).where(
        Declaration.id.in_(declaration_ids), look.visible(Declaration)
    )
    return {row.id: row.number or "" for row in look.session.execute(wanted)}


def missing_papers(look: Look, paper: Declaration) -> list[Material]:
    """Return the papers that belong there and are not, neither here nor on the farm's record."""
    return [one.material for one in slots_of(look, paper) if one.lacking]


def changed_at(paper: Declaration) -> datetime | None:
    """Return when the declarant last sent, changed or supplemented it; None for a draft."""
    said = (paper.submitted_at, paper.amended_at, paper.replied_at)
    return max((at for at in said if at is not None), default=None)


def basis_of(look: Look, paper: Declaration) -> ClockBasis | None:
    """Return which dated rule the declaration's clock runs by; None when none runs."""
    if paper.submitted_at is None or paper.answered_at is not None:
        return None
    stopped = paper.state == State.SUPPLEMENT_REQUESTED.value
    started = paper.asked_at if stopped and paper.asked_at else paper.submitted_at
    name = "supplement.reply" if stopped else "supplement.notice"
    return clock_basis(reference.rule(look, name, legal_day(started)), stopped=stopped)


def proxy_farms(look: Look, words: str, number: int) -> Pages[Hatchery]:
    """Return the approved farms of the jurisdiction, for 代办申报."""
    statement = select(Hatchery).where(
        look.visible(Hatchery), Hatchery.state == HatcheryState.APPROVED.value
    )
    if words.strip():
        statement = statement.where(look.matching(Hatchery, words))
    return look.pages(statement.order_by(Hatchery.name, Hatchery.id), number)


def road(look: Look, paper: Declaration) -> list[Station]:
    """Return the stops of a declaration from registration to arrival."""
    stations = [_registered(look, paper), _declared(look, paper)]
    if paper.asked_at:
        stations.append(_supplemented(paper))
    stations.append(_answered(look, paper))
    if paper.state not in {State.REFUSED.value, State.WITHDRAWN.value}:
        stations += [_inspected(look, paper), _tested(paper), _loads(look, paper)]
    return stations


def _registered(look: Look, paper: Declaration) -> Station:
    farm = look.session.get(Hatchery, paper.hatchery_id)
    if farm is None:
        return Station("已登记", "done", icon="pond")
    said = f"基础信息 {farm.confirmed_on} 确认" if farm.confirmed_on else "基础信息没有确认"
    return Station(
        "已登记",
        "done",
        *_when(farm.registered_at),
        facts=[grade(farm.level, farm.kind), said],
        icon="pond",
        by=farm.name,
    )


def _declared(look: Look, paper: Declaration) -> Station:
    batches = batches_of(look, paper.id)
    said = "、".join(f"{one.species_name} {amount(one.quantity, one.unit)}" for one in batches)
    by = "代办" if paper.is_proxy else "企业端"
    papers = [(KINDS[kind][0], kind) for kind in papers_of(paper) if kind == "application"]
    return Station(
        "已申报",
        "done",
        *_when(paper.submitted_at),
        by=by,
        facts=[said, f"起运 {paper.origin_place}"],
        papers=papers,
        icon="doc",
    )


def _supplemented(paper: Declaration) -> Station:
    done = paper.replied_at is not None
    waits = "已补上，时限继续" if done else "等申报人补正，时限停表"
    facts = [f"告知 {len(paper.asked_items)} 项", paper.reply_note or waits]
    return Station(
        "已补正" if done else "等待补正",
        "done" if done else "here",
        *_when(paper.replied_at or paper.asked_at),
        facts=facts,
        papers=[(KINDS["supplement"][0], "supplement")],
        icon="edit",
    )


def _answered(look: Look, paper: Declaration) -> Station:
    by = person_label(look, paper.answered_by_id) if paper.answered_by_id else ""
    gap = _gap(paper.submitted_at, paper.answered_at)
    if paper.state == State.REFUSED.value:
        kinds = [(KINDS["refusal"][0], "refusal")]
        return Station(
            "不予受理",
            "failed",
            *_when(paper.answered_at),
            by=by,
            facts=[paper.reason],
            papers=kinds,
            icon="doc",
            gap=gap,
        )
    if paper.state == State.WITHDRAWN.value:
        return Station("已撤回", "failed", *_when(paper.closed_at), facts=["申报人撤回"])
    if paper.answered_at is None:
        here = "here" if paper.state == State.SUBMITTED.value else "todo"
        return Station("待受理", here, facts=["等申报点答复"], icon="doc")
    visit = f"拟派员 {_said(paper.visit_at)}" if paper.visit_at else "到场时间待定"
    kinds = [(KINDS["acceptance"][0], "acceptance")]
    return Station(
        "已受理",
        "done",
        *_when(paper.answered_at),
        by=by,
        facts=[visit, paper.visit_place],
        papers=kinds,
        icon="doc",
        gap=gap,
    )


def _inspected(look: Look, paper: Declaration) -> Station:
    vet = person_label(look, paper.vet_id) if paper.vet_id else ""
    if paper.state in {State.INSPECTED.value, State.CLOSED.value}:
        return Station("已检疫", "done", by=vet, facts=["每批均已查验"], icon="loupe")
    if paper.state == State.ASSIGNED.value:
        facts = ["等官方兽医到场", paper.visit_place]
        return Station("待检疫", "here", by=vet, facts=facts, icon="loupe")
    here = "here" if paper.state == State.ACCEPTED.value else "todo"
    return Station("待检疫", here, facts=["还没有派官方兽医"], icon="loupe")


def _tested(paper: Declaration) -> Station:
    stage = LabStage(paper.testing)
    done = stage in {LabStage.EXEMPT, LabStage.DONE}
    state = "done" if done else ("here" if stage is LabStage.RUNNING else "todo")
    return Station("检测", state, facts=[TEST_WORDS[stage]], icon="flask")


def _loads(look: Look, paper: Declaration) -> Station:
    loads = all_load_facts(look, paper.id)
    live = [one for one in loads if one.load_state != LoadState.CANCELLED.value]
    arrived = bool(live) and all(one.load_state == LoadState.ARRIVED.value for one in live)
    certified = bool(live) and all(one.load_state != LoadState.PLANNED.value for one in live)
    facts = [
        f"第 {one.load_no} 车 → {one.destination_name}：{LOAD_WORDS[LoadState(one.load_state)]}"
        for one in loads
    ]
    title = "已到达" if arrived else ("已出证" if certified else "出证与到达")
    state = "done" if arrived else ("here" if certified else "todo")
    return Station(title, state, facts=facts, icon="truck")


def _when(instant: datetime | None) -> tuple[str, str]:
    if instant is None:
        return "", ""
    local = instant.astimezone(SHANGHAI)
    return f"{local:%H:%M}", f"{local.month} 月 {local.day} 日"


def _said(instant: datetime | None) -> str:
    return " ".join(reversed(_when(instant)))


def _gap(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None or end - start < timedelta(minutes=1):
        return ""
    return span(end - start)
