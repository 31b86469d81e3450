"""A checkpoint's decision about one lorry."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from aquacert.accounts.commands import tell
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work
from aquacert.movements.commands.facts import CheckLogged
from aquacert.movements.commands.lives import code_in_hand, open_movement
from aquacert.movements.models import MovementCheck
from aquacert.movements.queries import Case, movement_of_subject
from aquacert.movements.rules import OUTCOME_WORDS, Outcome, Point, check_decision
from aquacert.reference.rules.text import clean

LONGEST_PLACE = 60
LONGEST_NOTE = 500


def log_check(
    w: Work,
    case: Case,
    *,
    outcome: Outcome,
    place: str,
    points: Collection[Point] = (),
    note: str = "",
) -> UUID:
    """Log what a checkpoint found and decided; return the log's id.

    `case` is the certificate as read now, with its signature verified. A decision other than
    passing goes to the inbox of the office that issued and of the owner. Raises `Invalid`.
    """
    where = clean(place, field="place", longest=LONGEST_PLACE)
    said = clean(note, field="note", longest=LONGEST_NOTE, lines=True)
    if not where:
        raise Invalid("请写检查站或地点。", place="请写检查站或地点。")
    check_decision(outcome, points, said, is_good=case.is_good)
    with code_in_hand(w):
        open_movement(w, case.certificate_id)
        moving = movement_of_subject(w, case.certificate_id)
        row = w.add(
            MovementCheck(
                id=w.new_id(),
                movement_id=moving.id,
                outcome=outcome.value,
                place=where,
                points=[point.value for point in Point if point in points],
                note=said,
                standing=case.status if case.is_proved else "unproved",
                checked_at=w.now,
                by_id=w.actor.person_id,
                by=w.actor.label,
            )
        )
        fact = CheckLogged(moving.number, outcome.value, where, row.points, row.standing)
        w.record(fact, on=moving, county=moving.origin_code, reason=said)
        if outcome is not Outcome.PASS:
            subject = f"检查站{OUTCOME_WORDS[outcome]}：{moving.number}（{where}）"
            for body in (moving.office_id, moving.organisation_id):
                link = f"/movements/{moving.id}"
                tell(w, to_organisation=body, kind="check", subject=subject, body=said, link=link)
    return row.id
