"""Many standings at once: lock them, move them, write their facts county by county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from sqlalchemy import insert, select, update

from aquacert.certificates.log.commands import Subject
from aquacert.certificates.models import Issuance, Standing
from aquacert.certificates.rules.states import Act, Status
from aquacert.kernel.audit import Fact
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.work import Work
from aquacert.surveillance.models import Event, Zone

QUIETLY = {"synchronize_session": False}


def locked_zone(w: Work, zone_id: UUID) -> Zone:
    """Lock a zone and the event it acts by: neither changes until this stretch has ended.

    One worker at a time; in the order of who judges an event, so that nobody waits in a circle.
    """
    w.get_for_change(Event, w.session.get_one(Zone, zone_id).event_id)
    return w.get_for_change(Zone, zone_id)


def locked(w: Work, ids: Collection[UUID]) -> dict[UUID, Status]:
    """Lock the standings of a stretch, in one order, and return what each is."""
    rows = w.session.execute(
        select(Standing.id, Standing.status)
        .where(Standing.id.in_(list(ids)))
        .order_by(Standing.id)
        .with_for_update()
    )
    return {one: Status(status) for one, status in rows}


def move(w: Work, ids: Collection[UUID], act: Act, because: str) -> None:
    """Suspend or resume a stretch: one statement for the standings, one for their journal."""
    if not ids:
        return
    states = (Status.VALID, Status.SUSPENDED)
    before, after = states if act is Act.SUSPEND else states[::-1]
    w.session.execute(
        update(Standing)
        .where(Standing.id.in_(list(ids)))
        .values(status=after.value, because=because, changed_at=w.now, changed_by_id=None),
        execution_options=QUIETLY,
    )
    w.session.execute(
        insert(JournalEntry),
        [
            {
                "subject_kind": Standing.__tablename__,
                "subject_id": one,
                "act": act.value,
                "from_state": before.value,
                "to_state": after.value,
                "at": w.now,
                "by_id": w.actor.person_id,
                "by": w.actor.label,
                "because": because,
            }
            for one in ids
        ],
    )


def say(w: Work, certificate_id: UUID, because: str) -> None:
    """Let the public reason be what still holds a certificate."""
    w.session.execute(
        update(Standing).where(Standing.id == certificate_id).values(because=because),
        execution_options=QUIETLY,
    )


def subjects(w: Work, ids: Collection[UUID]) -> list[tuple[Subject, str]]:
    """Return what the log needs of each certificate, with its county, by number."""
    rows = w.session.execute(
        select(Issuance.id, Issuance.public_id, Issuance.number, Issuance.payload, Issuance.county)
        .where(Issuance.id.in_(list(ids)))
        .order_by(Issuance.number)
    )
    return [(Subject(*row[:4]), row[4]) for row in rows]


def record_each(
    w: Work,
    found: Sequence[tuple[Subject, str]],
    fact_of: Callable[[Subject], Fact],
    because: str,
) -> None:
    """Write one fact for each certificate into its county's chain, the chains in one order."""
    by_county: defaultdict[str, list[Subject]] = defaultdict(list)
    for one, county in found:
        by_county[county].append(one)
    for county, some in sorted(by_county.items()):
        said = [(fact_of(one), ("certificates", str(one.certificate_id)), because) for one in some]
        w.record_each(said, county)
