"""The office's lawful answers: accept, ask once for a supplement, refuse; and whom it sends."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries.people import may_sign
from aquacert.declarations.commands.facts import (
    DeclarationAccepted,
    DeclarationRefused,
    SupplementRequested,
    VetAssigned,
    VisitPlanned,
)
from aquacert.declarations.commands.filing import file_opening
from aquacert.declarations.commands.proposing import check_proposal
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import machine_checks
from aquacert.declarations.queries.facts import loads_of
from aquacert.declarations.queries.office import changed_at, missing_papers
from aquacert.declarations.queries.proxy import hands_of
from aquacert.declarations.rules.checks import obstacles
from aquacert.declarations.rules.clocks import stop
from aquacert.declarations.rules.filing import FormKind
from aquacert.declarations.rules.grounds import (
    GROUND_WORDS,
    MATERIAL_WORDS,
    Ground,
    Material,
    check_clerk,
    check_refusal,
    check_supplement,
    check_vet,
    why_not_ground,
)
from aquacert.declarations.rules.states import MOVES, Act, State
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotReady
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.duration import due
from aquacert.reference.rules.text import clean

LONGEST_NOTE = 1_000


def accept_declaration(
    w: Work,
    declaration_id: UUID,
    *,
    visit_at: datetime | None = None,
    visit_place: str = "",
    vet_id: UUID | None = None,
    seen_at: datetime | None = None,
    only_passed: bool = False,
) -> None:
    """Accept, with the planned visit; assign the vet at once when one is named.

    Raises `NotReady` with every obstacle (zone, licence, species, stock) at once, and with every
    check that did not pass when `only_passed`. `seen_at` is the declarant's last change that the
    clerk had before him; a later one is `Invalid`.
    """
    paper = w.get_for_change(Declaration, declaration_id)
    _check_clerk(w, paper)
    _check_seen(paper, seen_at)
    found = machine_checks(w, paper)
    MOVES.after(State(paper.state), Act.ACCEPT)
    if in_the_way := obstacles(found):
        raise NotReady(in_the_way, "现在还不能受理。")
    if only_passed and (open_ := [one.title for one in found if not one.ok]):
        raise NotReady(open_, "机器核对有一项没有通过，请单独看。")
    _check_visit(w, paper, visit_at)
    w.move(paper, MOVES, Act.ACCEPT)
    paper.answered_at, paper.answered_by_id = w.now, w.actor.person_id
    paper.answer_due_at = None
    paper.visit_at = visit_at
    paper.visit_place = clean(visit_place, field="visit_place") or paper.origin_place
    warnings = tuple(one.reason.value for one in found if not one.ok)
    fact = DeclarationAccepted(paper.number or "", visit_at, warnings)
    w.record(fact, on=paper, county=paper.origin_code)
    file_opening(w, paper, FormKind.APPLICATION)
    file_opening(w, paper, FormKind.ACCEPTANCE)
    w.tell(Topic.DECLARATION_ACCEPTED, paper.id)
    _tell_owner(w, paper, "已受理，请看检疫时间和地点。")
    if vet_id is not None:
        _assign(w, paper, vet_id)


def ask_supplement(
    w: Work,
    declaration_id: UUID,
    *,
    items: Collection[str],
    note: str = "",
    sure: bool = True,
    seen_at: datetime | None = None,
) -> None:
    """Say once everything that is missing; the office's clock stops until the declarant answers.

    Raises `NotAllowedNow` for a second asking (Measures 2022, Art. 12). Unless the clerk is `sure`,
    a paper that belongs there, is not, and is not asked for, is `Invalid`: there is no second time.
    """
    paper = w.get_for_change(Declaration, declaration_id)
    _check_clerk(w, paper)
    _check_seen(paper, seen_at)
    unknown = [item for item in items if item not in set(Material)]
    if unknown:
        raise Invalid("请勾选要补的材料。", items="有一项不在材料清单里，请重新勾选。")
    wanted = [Material(item) for item in dict.fromkeys(items)]
    check_supplement(wanted, note, paper.asked_at)
    if not sure:
        _check_whole(w, paper, wanted)
    w.move(paper, MOVES, Act.ASK, because="、".join(MATERIAL_WORDS[item] for item in wanted))
    paper.asked_at = w.now
    paper.asked_items = [item.value for item in wanted]
    paper.asked_note = clean(note, field="note", longest=LONGEST_NOTE, lines=True)
    paper.clock_left = stop(paper.answer_due_at or w.now, w.now)
    paper.answer_due_at = None
    rule = reference.rule(w, "supplement.reply", w.today)
    paper.reply_due_at = due(w.now, rule, reference.holidays(w))
    fact = SupplementRequested(
        paper.number or "", tuple(paper.asked_items), paper.asked_note, paper.reply_due_at
    )
    w.record(fact, on=paper, county=paper.origin_code, reason=paper.asked_note)
    file_opening(w, paper, FormKind.SUPPLEMENT)
    _tell_owner(w, paper, f"要补 {len(wanted)} 项材料，补上就行，不用重新申报。")


def refuse_declaration(
    w: Work, declaration_id: UUID, *, ground: str, reason: str, seen_at: datetime | None = None
) -> None:
    """Refuse on a lawful ground, with the reason the declarant reads."""
    paper = w.get_for_change(Declaration, declaration_id)
    _check_clerk(w, paper)
    _check_seen(paper, seen_at)
    try:
        chosen = Ground(ground)
    except ValueError:
        raise Invalid("请选法定理由。", ground="请在法定理由里选一项。") from None
    why_not = why_not_ground(chosen, State(paper.state), paper.asked_at, paper.reply_due_at, w.now)
    said = check_refusal(
        chosen, why_not, clean(reason, field="reason", longest=LONGEST_NOTE, lines=True)
    )
    w.move(paper, MOVES, Act.REFUSE, because=said)
    paper.answered_at, paper.answered_by_id = w.now, w.actor.person_id
    paper.answer_due_at, paper.closed_at = None, w.now
    paper.ground, paper.reason = chosen.value, said
    fact = DeclarationRefused(paper.number or "", chosen.value, said)
    w.record(fact, on=paper, county=paper.origin_code, reason=said)
    file_opening(w, paper, FormKind.APPLICATION)
    file_opening(w, paper, FormKind.REFUSAL)
    _tell_owner(w, paper, f"不予受理：{GROUND_WORDS[chosen]}。请看理由。")


def assign_vet(w: Work, declaration_id: UUID, vet_id: UUID, because: str = "") -> None:
    """Send an official vet, or another one instead; never the declarant or his proxy.

    `because` is needed where it is another than the draw proposed.
    """
    paper = w.get_for_change(Declaration, declaration_id)
    _assign(w, paper, vet_id, because)


def _assign(w: Work, paper: Declaration, vet_id: UUID, because: str = "") -> None:
    check_vet(vet_id, [paper.declared_by_id, *hands_of(w, paper.id)])
    if not may_sign(w, vet_id, paper.origin_code, w.today):
        raise NotAllowed("这个人今天不是本地在任的官方兽医，请改派别人。")
    said = check_proposal(paper, vet_id, because)
    before = paper.vet_id
    w.move(paper, MOVES, Act.ASSIGN)
    paper.vet_because = said
    paper.vet_id, paper.assigned_at = vet_id, w.now
    fact = VetAssigned(paper.number or "", vet_id, before)
    w.record(fact, on=paper, county=paper.origin_code, reason=said)
    accounts.tell(
        w,
        to_person=vet_id,
        kind="inspection",
        subject=f"派您检疫 {paper.number}。",
        link=f"/declarations/{paper.id}",
    )


def plan_visit(w: Work, declaration_id: UUID, *, visit_at: datetime, visit_place: str = "") -> None:
    """Say, or say anew, when the official vet comes; the owner and the vet are told.

    Raises `NotAllowedNow` before acceptance and once the inspection is over.
    """
    paper = w.get_for_change(Declaration, declaration_id)
    if paper.state not in {State.ACCEPTED.value, State.ASSIGNED.value}:
        raise NotAllowedNow("受理以后、检疫以前才能定到场时间，请看最新内容。")
    _check_visit(w, paper, visit_at)
    place = clean(visit_place, field="visit_place") or paper.visit_place
    if (paper.visit_at, paper.visit_place) == (visit_at, place):
        return
    before, paper.visit_at, paper.visit_place = paper.visit_at, visit_at, place
    fact = VisitPlanned(paper.number or "", visit_at, place, before)
    w.record(fact, on=paper, county=paper.origin_code)
    said = visit_at.astimezone(SHANGHAI)
    sentence = f"官方兽医到场时间：{said.month}月{said.day}日 {said:%H:%M}，{place}。"
    _tell_owner(w, paper, sentence)
    if paper.vet_id is not None and paper.vet_id != w.actor.person_id:
        accounts.tell(
            w,
            to_person=paper.vet_id,
            kind="inspection",
            subject=f"{paper.number} {sentence}",
            link=f"/declarations/{paper.id}",
        )


def _check_clerk(w: Work, paper: Declaration) -> None:
    """Raise `NotAllowed` for whoever filled it in or asked the owner's consent: his own work."""
    check_clerk(w.actor.person_id, [paper.declared_by_id, *hands_of(w, paper.id)])


def _check_seen(paper: Declaration, seen_at: datetime | None) -> None:
    """Raise `Invalid` when the declarant changed the paper after the clerk's page was drawn."""
    if seen_at is not None and (last := changed_at(paper)) is not None and last > seen_at:
        raise Invalid("申报人刚改过这份申报，还没有办理。请照现在的内容再看一遍，再答复。")


def _check_whole(w: Work, paper: Declaration, wanted: Collection[Material]) -> None:
    """Raise `Invalid` for what is missing and would be forgotten."""
    left = [one for one in missing_papers(w, paper) if one not in wanted]
    if left:
        words = "、".join(MATERIAL_WORDS[one] for one in left)
        sentence = f"还缺{words}，没有勾。只能告知一次：请勾上，或勾“没勾的不用补”。"
        raise Invalid("还有缺的没有勾。", items=sentence)


def _check_visit(w: Work, paper: Declaration, visit_at: datetime | None) -> None:
    if visit_at is None:
        return
    if visit_at < w.now:
        raise Invalid("时间已经过了。", visit_at="拟派员时间已经过了，请填以后的时间。")
    leaves = min(load.departs_at for load in loads_of(w, paper.id))
    if visit_at > leaves:
        raise Invalid("检疫要在启运前。", visit_at="拟派员时间在启运之后，请填启运前的时间。")


def _tell_owner(w: Work, paper: Declaration, sentence: str) -> None:
    accounts.tell(
        w,
        to_organisation=paper.organisation_id,
        kind="declaration",
        subject=f"{paper.number} {sentence}",
        link=f"/declarations/{paper.id}",
    )
