"""What the declarations do in the background: sending all declarations of a workbook."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.actors import actor_for
from aquacert.declarations.commands import zoned
from aquacert.declarations.commands.bulk import end_bulk, fail_draft, send_draft
from aquacert.declarations.models import Bulk
from aquacert.declarations.queries.bulk import waiting_drafts
from aquacert.declarations.queries.zoned import zones_holding
from aquacert.declarations.rules.bulk import BulkState
from aquacert.kernel.errors import (
    Invalid,
    NotAllowed,
    NotAllowedNow,
    NotReady,
    NotSignedIn,
    Unavailable,
)
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from aquacert.surveillance.models import Zone

LATELY = timedelta(days=7)
"""For how long a zone that began is looked at again: a worker may have stood still."""
TOLD = (Invalid, NotAllowed, NotAllowedNow, NotReady)
"""What a person can mend; anything else fails the task, and it is tried again."""


def send_bulk(database: Database, bulk_id: UUID) -> None:
    """Send every draft of a workbook as whoever sent it, each in its own transaction. Idempotent.

    A role taken away meanwhile stops it: what is left stays a draft with the reason beside it. One
    that breaks holds nobody else up: the others are sent, then the task fails and is tried again.
    """
    broken: Exception | None = None
    with database.look(SYSTEM) as look:
        bulk = look.get(Bulk, bulk_id)
        waiting = waiting_drafts(look, bulk_id)
        actor = _sender(database, bulk.made_by_id)
    if bulk.state != BulkState.SENDING.value:
        return
    for draft_id in waiting:
        try:
            _send_one(database, actor, bulk_id, draft_id)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 (raised again below)
            broken = error
    if broken is not None:
        raise broken
    with database.work(SYSTEM) as w:
        end_bulk(w, bulk_id)


def zone_changed(database: Database, zone_id: UUID) -> None:
    """Hold what a zone touches of the open declarations, free what it held and touches no more."""
    with database.look(SYSTEM) as look:
        if look.session.get(Zone, zone_id) is None:
            return
    with database.work(SYSTEM) as w:
        zoned.settle_zone(w, zone_id)


def zones_begun(database: Database) -> int:
    """Do so for zones that began lately or hold something: hourly, for no news come of a new day."""
    with database.look(SYSTEM) as look:
        began = look.scalars(
            select(Zone.id).where(
                Zone.lifted_at.is_(None),
                Zone.from_on <= look.today,
                Zone.from_on > look.today - LATELY,
            )
        )
        every = sorted({*began, *zones_holding(look)})
    broken: Exception | None = None
    for zone_id in every:
        try:
            zone_changed(database, zone_id)
        except Exception as error:  # noqa: BLE001 (raised again below)
            broken = error
    if broken is not None:
        raise broken
    return len(every)


def _send_one(database: Database, actor: Actor | None, bulk_id: UUID, draft_id: UUID) -> None:
    """Send one draft, or note beside it why it cannot be sent."""
    try:
        if actor is None:
            raise NotAllowed("提交的人现在没有申报的权限，请换人提交。")
        with database.work(actor) as w:
            send_draft(w, bulk_id, draft_id)
    except TOLD as error:
        with database.work(SYSTEM) as w:
            fail_draft(w, bulk_id, draft_id, error)


def _sender(database: Database, person_id: UUID) -> Actor | None:
    """Return whoever sent the workbook as he stands now, or None when he may not declare."""
    try:
        with database.look(SYSTEM) as look:
            actor = actor_for(look, person_id)
    except NotSignedIn:
        return None
    return actor if actor.may(P.DECLARATION_DECLARE) else None
