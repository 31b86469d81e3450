"""Hold a stretch of certificates for a zone: suspend, or add a reason to what is suspended."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import update

from aquacert.certificates.log.commands import append_many
from aquacert.certificates.models import RecallHit, Standing
from aquacert.certificates.recalls.commands.standings import (
    QUIETLY,
    locked,
    locked_zone,
    move,
    record_each,
    subjects,
)
from aquacert.certificates.rules.grounds import Ground
from aquacert.certificates.rules.states import LIVE, Act, Status
from aquacert.certificates.status.commands import CertificateSuspended
from aquacert.certificates.status.grounds import lay_all
from aquacert.certificates.status.queries.grounds import known_to_zone, ordered_hits
from aquacert.kernel.work import Work
from aquacert.surveillance.queries.zones import acts


def hold(w: Work, zone_id: UUID, ids: Collection[UUID], because: str) -> int:
    """Suspend a stretch because of a zone; return how many it holds newly."""
    zone = locked_zone(w, zone_id)
    if not acts(w, zone):
        return 0
    states, known = locked(w, ids), known_to_zone(w, zone_id, ids)
    was = {one: state for one, state in states.items() if one not in known and state in LIVE}
    if not was:
        return 0
    fresh = [one for one, state in was.items() if state is Status.VALID]
    lay_all(w, was, Ground.ZONE, zone_id, because)
    move(w, fresh, Act.SUSPEND, because)
    _add_reason(w, [one for one in was if was[one] is Status.SUSPENDED], because)
    found = subjects(w, was)
    record_each(w, found, lambda one: CertificateSuspended(one.number, because), because)
    newly = set(fresh)
    append_many(w, [one for one, _county in found if one.certificate_id in newly], Act.SUSPEND)
    return len(was)


def _add_reason(w: Work, ids: Collection[UUID], because: str) -> None:
    """Write a further reason on what is suspended; a rejected order no longer frees it."""
    if not ids:
        return
    hits = [hit for found in ordered_hits(w, ids).values() for hit in found]
    w.session.execute(
        update(RecallHit).where(RecallHit.id.in_(hits)).values(was=Status.SUSPENDED.value),
        execution_options=QUIETLY,
    )
    w.session.execute(
        update(Standing)
        .where(Standing.id.in_(list(ids)), Standing.changed_by_id.is_(None))
        .values(because=Standing.because + "；" + because),
        execution_options=QUIETLY,
    )
