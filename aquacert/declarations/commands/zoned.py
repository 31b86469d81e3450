"""A zone came, moved or went: tell the farms, offices and vets of open declarations, once each."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from aquacert.accounts.commands import tell
from aquacert.declarations.commands.facts import DeclarationFreed, DeclarationHeld
from aquacert.declarations.models import Declaration, DeclarationHold
from aquacert.declarations.queries.zoned import Touch, holds_of, holds_of_zone, touched_by
from aquacert.declarations.rules.states import OPEN
from aquacert.kernel.work import Work
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries import zone_lines

STOPPED = "先不要装车。管控解除后会再通知；急用的可以改到达地，或者撤回申报。有疑问打电话给申报点。"
ASKED = "可以继续办，按上面说的做；兽医会告诉您怎么办。"


def settle_zone(w: Work, zone_id: UUID) -> tuple[int, int]:
    """Bring what a zone holds to what it touches now; return (newly held, let go).

    Safe to repeat: what is held already is not told again, whatever order the news came in.
    """
    zone = w.get_for_change(Zone, zone_id)
    acts = zone_lines(w, [zone])[0].acts
    wanted: Mapping[UUID, Touch] = touched_by(w, zone) if acts else {}
    held = holds_of_zone(w, zone_id)
    same = {
        paper for paper, row in held.items() if paper in wanted and wanted[paper].bars == row.bars
    }
    over = [row for paper, row in sorted(held.items()) if paper not in same]
    for row in over:
        row.ended_at = w.now
    w.session.flush()
    for paper_id in sorted(wanted.keys() - same):
        _hold(w, paper_id, zone_id, wanted[paper_id])
    freed = [row.declaration_id for row in over if row.declaration_id not in wanted]
    others = holds_of(w, freed)
    for paper_id in freed:
        _free(w, paper_id, [row.because for row in others.get(paper_id, ())])
    return len(wanted.keys() - same), len(freed)


def _hold(w: Work, paper_id: UUID, zone_id: UUID, touch: Touch) -> None:
    paper = w.session.get_one(Declaration, paper_id)
    w.add(
        DeclarationHold(
            id=w.new_id(),
            declaration_id=paper_id,
            zone_id=zone_id,
            bars=touch.bars,
            because=touch.because,
            since_at=w.now,
        )
    )
    fact = DeclarationHeld(paper.number or "", touch.because, touch.bars)
    w.record(fact, on=paper, county=paper.origin_code, reason=touch.because)
    what = "因疫情拦下" if touch.bars else "遇到疫情，请留意"
    do = STOPPED if touch.bars else ASKED
    _tell(w, paper, f"申报 {paper.number} {what}", f"{touch.because}。{do}")


def _free(w: Work, paper_id: UUID, others: list[str]) -> None:
    paper = w.session.get_one(Declaration, paper_id)
    fact = DeclarationFreed(paper.number or "", bool(others))
    w.record(fact, on=paper, county=paper.origin_code)
    if paper.state not in OPEN:
        return  # it ended meanwhile: nobody waits for it
    if others:
        said = f"一个管控区不再涉及这份申报，还有别的：{'；'.join(others)}。"
        _tell(w, paper, f"申报 {paper.number} 还在别的管控区内", said)
    else:
        _tell(
            w,
            paper,
            f"申报 {paper.number} 不再受管控，可以继续办",
            "管控已解除，或改划后不再涉及。",
        )


def _tell(w: Work, paper: Declaration, subject: str, body: str) -> None:
    link = f"/declarations/{paper.id}"
    for body_id in dict.fromkeys((paper.organisation_id, paper.office_id)):
        tell(w, to_organisation=body_id, kind="zone", subject=subject, body=body, link=link)
    if paper.vet_id is not None:
        tell(w, to_person=paper.vet_id, kind="zone", subject=subject, body=body, link=link)
