"""Who is told of a recall: the holders, and the agencies where the goods go. One notice each."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.accounts.commands import tell
from aquacert.certificates.models import Certificate, RecallHit, RecallOrder
from aquacert.certificates.rules.recalls import HitState
from aquacert.kernel.work import Work

NAMED = 20
"""Numbers written out in one notice; the link leads to all of them."""
SUBJECTS = {
    HitState.SUSPENDED: "检疫证明已暂停，货不得启运：{count} 张",
    HitState.RECALLED: "检疫证明已召回：{count} 张",
    HitState.RESUMED: "检疫证明已恢复有效：{count} 张",
}
LINKS = {
    HitState.SUSPENDED: "/certificates/?status=suspended",
    HitState.RECALLED: "/certificates/?status=recalled",
    HitState.RESUMED: "/certificates/?status=valid",
}


def tell_holders(w: Work, row: RecallOrder, state: HitState) -> int:
    """Put one notice into the inbox of every body concerned; return how many were told."""
    rows = w.session.execute(
        select(Certificate.organisation_id, Certificate.destination_code, RecallHit.number)
        .join(RecallHit, RecallHit.certificate_id == Certificate.id)
        .where(RecallHit.order_id == row.id, RecallHit.state == state.value)
        .order_by(RecallHit.number)
    )
    for_body: defaultdict[UUID, list[str]] = defaultdict(list)
    for_place: defaultdict[str, list[str]] = defaultdict(list)
    for organisation_id, destination, number in rows:
        for_body[organisation_id].append(number)
        for_place[destination].append(number)
    for place, numbers in for_place.items():
        for body in accounts.organisations(w, kind="agency", division=place):
            for_body[body.id] += numbers
    because = row.decided_because if row.decided_at else row.because
    for body_id, numbers in sorted(for_body.items()):
        tell(
            w,
            to_organisation=body_id,
            kind="recall",
            subject=SUBJECTS[state].format(count=len(numbers)),
            body=f"原因：{because}。证号：{_named(numbers)}",
            link=LINKS[state],
        )
    return len(for_body)


def _named(numbers: list[str]) -> str:
    more = f" 等 {len(numbers)} 张" if len(numbers) > NAMED else ""
    return "、".join(numbers[:NAMED]) + more
