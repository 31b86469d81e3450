"""Publishing the status lists: read the table, sign, keep; at every change and twice a day.

No key is used inside a transaction. What was published as final stays final: a table that says
otherwise was changed behind our back, or is an old backup, and its list is not published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import insert, select

from aquacert.certificates.models import StatusListing
from aquacert.certificates.status import queries
from aquacert.kernel.audit import Fact
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work
from aquacert.trust import statuslist
from aquacert.trust.keys import KeyRing
from aquacert.trust.publickeys import Owner, Use

Changed = Mapping[int, statuslist.Status]
FRESH = timedelta(hours=12)
"""A list is signed anew when it is this old: half of how long it holds."""


@dataclass(frozen=True)
class StatusListPublished(Fact):
    """A status list was signed and published."""

    tag: ClassVar[str] = "certificates:status-list:publish"
    title: ClassVar[str] = "发布状态清单"
    number: int
    version: int


def publish_list(database: Database, keys: KeyRing, number: int) -> str:
    """Build, sign and publish a status list; return its ETag. Safe to repeat at any time.

    No key is used inside a transaction. When two publish at once, the one that read first may write
    last: so what was written is asked again, and published anew until it is what stands.
    """
    while True:
        with database.look(SYSTEM) as look:
            now = look.now
            changed = queries.changed(look, number)
        token = _signed_list(database, keys, number, changed, now)
        with database.work(SYSTEM) as w:
            etag = _store(w, number, token)
        with database.look(SYSTEM) as look:
            if queries.changed(look, number) == changed:
                return etag


def _signed_list(
    database: Database, keys: KeyRing, number: int, changed: Changed, now: datetime
) -> bytes:
    province = f"{database.settings.province}0000"
    owner = Owner(f"province:{province}", province, "状态清单")
    signer = keys.load(keys.ensure(Use.STATUS, owner, now=now))
    uri = f"{database.settings.public_url}/trust/status/{number}"
    return statuslist.sign_list(statuslist.build(changed), uri, signer, now)


def refresh_lists(database: Database, keys: KeyRing) -> int:
    """Publish every status list that was never published or is 12 hours old; return how many.

    A list holds for 24 hours; a verifier that finds it older must not show green.
    """
    with database.look(SYSTEM) as look:
        stale = queries.stale_lists(look, look.now - FRESH)
    for number in stale:
        publish_list(database, keys, number)
    return len(stale)


def _store(w: Work, number: int, token: bytes) -> str:
    etag = hashlib.sha256(token).hexdigest()[:32]
    row = w.session.scalar(
        select(StatusListing).where(StatusListing.number == number).with_for_update()
    )
    if row is None:
        values = {"id": w.new_id(), "number": number, "version": 0, "token": b"", "etag": ""}
        w.session.execute(insert(StatusListing), {**values, "published_at": w.now})
        row = w.session.scalars(select(StatusListing).where(StatusListing.number == number)).one()
    row.version += 1
    row.token, row.etag, row.published_at = token, etag, w.now
    w.record(StatusListPublished(number, row.version), on=row)
    return etag
