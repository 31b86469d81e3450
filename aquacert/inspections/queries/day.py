"""The day's download: everything a vet's device needs until tomorrow night, in one answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as papers
from aquacert.declarations.rules.states import State as PaperState
from aquacert.hatcheries.models import Hatchery
from aquacert.inspections.models import BatchCheck
from aquacert.inspections.parsers import checklist
from aquacert.inspections.queries.checks import CheckSheet, checks_of, sheet
from aquacert.inspections.queries.evidence import challenge_codes, pond_centres
from aquacert.inspections.rules import NEEDED_SLOTS, SECTION_WORDS, SLOT_WORDS, Item
from aquacert.inspections.rules import day as shape
from aquacert.inspections.rules.items import ANSWER_WORDS, Kind
from aquacert.inspections.rules.sync import MOST_BYTES, MOST_RECORDS, canonical
from aquacert.inspections.rules.uploads import CHUNK_BYTES, CLIP_BYTES, PHOTO_BYTES
from aquacert.kernel.audit import plain
from aquacert.kernel.clock import SHANGHAI, rfc3339
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

MOST_VISITS = 60
"""More than anybody visits in two days; what is over is fetched when these are done."""


def day(look: Look) -> shape.Day:
    """Return the visits of the actor until tomorrow night, overdue ones and today's finished too."""
    papers_due = _papers(look)
    farms = {key: _farm(look, key) for key in {paper.hatchery_id for paper in papers_due}}
    visits = [_visit(look, paper, *farms[paper.hatchery_id]) for paper in papers_due]
    groups = sorted({batch["checklist"] for one in visits for batch in one["batches"]})
    diseases = {
        each["code"]: each["name"]
        for one in visits
        for batch in one["batches"]
        for each in batch["diseases"]
    }
    found: shape.Day = {
        "server_time": rfc3339(look.now),
        "day": look.today.isoformat(),
        "person": {"id": str(look.actor.person_id), "label": look.actor.label},
        "visits": visits,
        "checklists": {group: _checklist(group) for group in groups},
        "diseases": diseases,
        "limits": {
            "records": MOST_RECORDS,
            "bytes": MOST_BYTES,
            "photo_bytes": PHOTO_BYTES,
            "clip_bytes": CLIP_BYTES,
            "chunk_bytes": CHUNK_BYTES,
        },
        "rules": {"checklists": _digest({group: _checklist(group) for group in groups})},
    }
    found["etag"] = _digest({key: value for key, value in found.items() if key != "server_time"})
    return found


def _papers(look: Look) -> list[Declaration]:
    """Return the declarations to be visited, in the order of their hours; none that is another's."""
    night = datetime.combine(look.today + timedelta(days=2), time(), SHANGHAI)
    morning = datetime.combine(look.today, time(), SHANGHAI)
    due = (Declaration.state == PaperState.ASSIGNED.value) & or_(
        Declaration.visit_at.is_(None), Declaration.visit_at < night
    )
    done = (Declaration.state == PaperState.INSPECTED.value) & select(BatchCheck.id).where(
        BatchCheck.declaration_id == Declaration.id, BatchCheck.decided_at >= morning
    ).exists()
    return look.scalars(
        select(Declaration)
        .where(look.visible(Declaration), Declaration.vet_id == look.actor.person_id)
        .where(or_(due, done))
        .order_by(Declaration.visit_at.is_(None), Declaration.visit_at, Declaration.id)
        .limit(MOST_VISITS)
    )


def _farm(look: Look, hatchery_id: UUID) -> tuple[str, Sequence[tuple[float, float]]]:
    """Return a farm's telephone and the centres of its ponds: once for all its visits."""
    farm = look.session.get(Hatchery, hatchery_id)
    return (farm.phone if farm else None) or "", pond_centres(look, hatchery_id)


def _visit(
    look: Look, paper: Declaration, phone: str, centres: Sequence[tuple[float, float]]
) -> shape.Visit:
    loads = papers.loads_of(look, paper.id)
    where = dict.fromkeys(reference.full_name(look, one.destination_code) for one in loads)
    return {
        "declaration_id": str(paper.id),
        "number": paper.number or "",
        "state": paper.state,
        "farm": paper.hatchery_name,
        "place": paper.visit_place or paper.origin_place,
        "visit_at": rfc3339(paper.visit_at) if paper.visit_at else None,
        "phone": paper.phone or phone,
        "destinations": list(where),
        "lat": centres[0][0] if centres else None,
        "lon": centres[0][1] if centres else None,
        "codes": list(challenge_codes(look, paper.id)),
        "codes_by_day": {
            on.isoformat(): list(challenge_codes(look, paper.id, on))
            for on in (look.today, look.today + timedelta(days=1))
        },
        "batches": [_batch(look, line.batch, line.check) for line in checks_of(look, paper.id)],
    }


def _batch(look: Look, line: papers.BatchLine, check: BatchCheck | None) -> shape.Batch:
    group = check.checklist if check else reference.species(look, line.species_code).group
    return {
        "batch_id": str(line.batch_id),
        "number": line.number,
        "species_code": line.species_code,
        "species": line.species_name,
        "variety": line.variety,
        "life_stage": line.life_stage,
        "pond": line.pond_name,
        "quantity": line.quantity,
        "unit": line.unit,
        "checklist": group,
        "diseases": [
            {"code": duty.disease_code, "name": duty.name_zh}
            for duty in reference.duties(look, line.species_code, look.today)
        ],
        "check": _check(sheet(look, check.id)) if check else None,
    }


def _check(page: CheckSheet) -> shape.Check:
    check = page.check
    return {
        "id": str(check.id),
        "state": check.state,
        "version": check.version,
        "findings": plain(dict(page.answers)),
        "notes": {key: row.note for key, row in page.findings.items() if row.note},
        "photos": [
            {
                "slot": one.slot,
                "sha256": one.original_sha256,
                "taken_at": rfc3339(one.device_at or one.taken_at),
                "code": one.code or "",
            }
            for one in page.photos
        ],
        "suspected": list(check.suspected),
        "course": check.course,
        "quantity": check.quantity,
        "note": check.note,
        "started_at": rfc3339(check.started_at),
        "decided_at": rfc3339(check.decided_at) if check.decided_at else None,
    }


def _checklist(group: str) -> shape.Checklist:
    return {
        "items": [_item(item) for item in checklist(group)],
        "slots": [
            {"slot": slot.value, "label": word, "needed": slot in NEEDED_SLOTS}
            for slot, word in SLOT_WORDS.items()
        ],
    }


def _item(item: Item) -> shape.Item:
    menu = [(option.key, option.label) for option in item.options]
    if item.kind is Kind.CHOICE:
        menu = [(answer.value, word) for answer, word in ANSWER_WORDS.items()]
    return {
        "key": item.key,
        "section": item.section.value,
        "section_label": SECTION_WORDS[item.section],
        "ask": item.ask,
        "normal": item.normal,
        "kind": item.kind.value,
        "unit": item.unit,
        "least": item.least,
        "most": item.most,
        "decimals": item.decimals,
        "options": [{"value": value, "label": label} for value, label in menu],
        "is_single": item.is_single,
        "is_needed": item.is_needed,
        "only_if": item.only_if,
        "signs": [
            {
                "disease": sign.disease_code,
                "option": sign.option,
                "window": list(sign.window) if sign.window else None,
            }
            for sign in item.points
        ],
    }


def _digest(value: object) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:20]
