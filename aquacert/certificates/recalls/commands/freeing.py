"""End a zone's hold on a stretch of certificates: what nothing else holds is good again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update

from aquacert.certificates.log.commands import append_many
from aquacert.certificates.models import (
    BackingReport,
    CoveredBatch,
    RecallHit,
    SuspensionGround,
)
from aquacert.certificates.recalls.commands.standings import (
    QUIETLY,
    locked,
    locked_zone,
    move,
    record_each,
    say,
    subjects,
)
from aquacert.certificates.rules.grounds import Ground, is_freed, joined
from aquacert.certificates.rules.states import Act, Status
from aquacert.certificates.status.commands import CertificateResumed
from aquacert.certificates.status.grounds import lay, release
from aquacert.certificates.status.queries.grounds import (
    held_by_zone,
    ordered_hits,
    standing_grounds,
)
from aquacert.certificates.status.queries.resting import unanswered
from aquacert.certificates.status.queries.road import those, touched
from aquacert.kernel.audit import Fact
from aquacert.kernel.work import Work
from aquacert.sampling.models import OrderedTest
from aquacert.surveillance.queries.zones import acts


@dataclass(frozen=True)
class ZoneLetGo(Fact):
    """A zone holds a certificate no longer, and something else still does."""

    tag: ClassVar[str] = "certificates:certificate:zone_released"
    title: ClassVar[str] = "管控区不再涉及，证书仍暂停"
    number: str
    because: str


def let_go(w: Work, zone_id: UUID, ids: Collection[UUID], because: str) -> int:
    """Release a stretch from a zone and resume what is free; return how many it let go of.

    Asked once more under the zone's lock: it may have come back since it was looked at, and nobody
    would suspend anew what is let go of after that news.
    """
    zone = locked_zone(w, zone_id)
    states, still = locked(w, ids), held_by_zone(w, zone_id)
    if acts(w, zone):
        still -= touched(w, zone, those(w, still & states.keys()))
    mine = [one for one in states if one in still]
    if not mine:
        return 0
    release(w, mine, zone_id)
    others, hits = standing_grounds(w, mine), ordered_hits(w, mine)
    alone = [one for one in mine if not others.get(one)]
    _give_back(w, [hit for one in alone for hit in hits.get(one, ())])
    doubtful = _doubtful(w, alone)
    freed = [
        one
        for one in alone
        if one not in doubtful and is_freed(states[one].value, (), is_ordered=one in hits)
    ]
    move(w, freed, Act.RESUME, because)
    _mark_freed(w, freed, zone_id)
    for one in mine:
        if others.get(one) and states[one] is Status.SUSPENDED:
            say(w, one, joined(ground.because for ground in others[one]))
    found, good = subjects(w, mine), set(freed)
    record_each(
        w,
        found,
        lambda one: (
            CertificateResumed(one.number, because)
            if one.certificate_id in good
            else ZoneLetGo(one.number, because)
        ),
        because,
    )
    append_many(w, [one for one, _county in found if one.certificate_id in good], Act.RESUME)
    return len(mine)


def _doubtful(w: Work, ids: Collection[UUID]) -> set[UUID]:
    """Return those whose tests do not stand now: they stay suspended, for that reason.

    Only certificates with any test are asked about one by one; most have none.
    """
    tested: set[UUID] = set(
        w.scalars(
            select(BackingReport.certificate_id).where(BackingReport.certificate_id.in_(list(ids)))
        )
    )
    tested |= set(
        w.scalars(
            select(CoveredBatch.certificate_id)
            .join(OrderedTest, OrderedTest.batch_id == CoveredBatch.batch_id)
            .where(CoveredBatch.certificate_id.in_(list(ids)))
        )
    )
    found: set[UUID] = set()
    for one in sorted(tested):
        if said := joined(unanswered(w, one)):
            lay(w, one, Ground.REPORT, one, said)
            say(w, one, said)
            found.add(one)
    return found


def _give_back(w: Work, hit_ids: Collection[UUID]) -> None:
    """Let the rejection of an undecided order free what a zone had kept suspended besides it."""
    if hit_ids:
        w.session.execute(
            update(RecallHit).where(RecallHit.id.in_(list(hit_ids))).values(was=Status.VALID.value),
            execution_options=QUIETLY,
        )


def _mark_freed(w: Work, ids: Collection[UUID], zone_id: UUID) -> None:
    w.session.execute(
        update(SuspensionGround)
        .where(
            SuspensionGround.certificate_id.in_(list(ids)),
            SuspensionGround.source_id == zone_id,
            SuspensionGround.ended_at == w.now,
        )
        .values(freed=True),
        execution_options=QUIETLY,
    )
