"""Publishing the status lists: read the table, sign, keep; at every change and twice a day.

No key is used inside a transaction. What was published as final stays final: a table that says
otherwise was changed behind our back, and its list is not published. What a restored database
forgot is remembered outside it (see `remembered`) and stays final in every later list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from sqlalchemy import insert, select

from aquacert.certificates.models import StatusListing, StatusRefusal, StatusVersion
from aquacert.certificates.status import queries
from aquacert.certificates.status.remembered import remember, remembered
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look, Work
from aquacert.trust import statuslist
from aquacert.trust.errors import TrustError
from aquacert.trust.keys import KeyRing
from aquacert.trust.publickeys import Owner, Use
from aquacert.trust.statusbits import StatusList

Changed = Mapping[int, statuslist.Status]
FRESH = timedelta(hours=12)
"""A list is signed anew when it is this old: half of how long it holds."""
log = structlog.get_logger("status")


@dataclass(frozen=True)
class StatusListPublished(Fact):
    """A status list was signed and published."""

    tag: ClassVar[str] = "certificates:status-list:publish"
    title: ClassVar[str] = "发布状态清单"
    number: int
    version: int


@dataclass(frozen=True)
class StatusListRefused(Fact):
    """A status list was not published: it would have taken back what is final."""

    tag: ClassVar[str] = "certificates:status-list:refuse"
    title: ClassVar[str] = "状态清单拒绝发布：终态被改回"
    number: int
    slot: int
    was: int
    wanted: int


@dataclass(frozen=True)
class Signed:
    """A list as signed, in both forms."""

    statuses: StatusList
    token: bytes
    jwt: str
    changed: Changed
    """what the table says"""
    forgotten: Changed
    """what only the marks outside the database know to be final"""


@dataclass(frozen=True)
class Lost:
    """A slot that the table takes back although it was published as final."""

    slot: int
    was: int
    wanted: int
    version: int


def publish_list(database: Database, keys: KeyRing, number: int) -> str:
    """Build, sign and publish a status list; return its ETag. Safe to repeat at any time.

    When two publish at once, the one that read first may write last: so what was written is asked
    again, and published anew until it is what stands. Raise `Conflict`, after writing the alarm,
    when the table itself takes back what was published as final.
    """
    suspected: Lost | None = None
    while True:
        with database.look(SYSTEM) as look:
            now = look.now
            changed = queries.changed(look, number)
            forgotten = _forgotten(look, number, changed)
        signed = _sign(database, keys, number, changed, forgotten, now)
        with database.work(SYSTEM) as w:
            done = _store(w, number, signed, suspected)
        if isinstance(done, Lost):
            # Another may have published a newer reading between ours and now: read once more.
            if done == suspected:
                raise Conflict(
                    f"状态清单 {number} 第 {done.slot} 位已是终态，登记表却改了回去，没有发布。",
                    detail=f"{done.was} → {done.wanted}",
                )
            suspected = done
            continue
        with database.look(SYSTEM) as look:
            if queries.changed(look, number) == changed:
                return done


def _forgotten(look: Look, number: int, changed: Changed) -> Changed:
    """Return the final slots that a restored database has forgotten, and say so in the log."""
    row = look.one(select(StatusListing).where(StatusListing.number == number))
    known = remembered(look.settings.data_dir, number)
    lost = known.forgotten(changed, row.token if row is not None else b"")
    if set(lost) - known.carried:
        log.error("the database forgot final statuses", number=number, slots=sorted(lost))
    return {slot: statuslist.Status(value) for slot, value in lost.items()}


def refresh_lists(database: Database, keys: KeyRing) -> int:
    """Publish every list that was never published or is 12 hours old; return how many.

    A list holds for 24 hours; a verifier that finds it older must not show green. This quarter's
    first list is there before its first certificate, so that its birth says nothing.
    """
    with database.look(SYSTEM) as look:
        stale = queries.stale_lists(look, look.now - FRESH)
    count = 0
    for number in stale:
        try:
            publish_list(database, keys, number)
        except Conflict as refused:
            log.exception("status list refused", number=number, detail=refused.detail)
            continue
        count += 1
    return count


def final_once(statuses: StatusList, token: bytes) -> Lost | None:
    """Return what `statuses` takes back of an earlier list, given as its own CWT bytes."""
    older = statuslist.peek(token)
    slot = statuses.lost_from(older)
    if slot is None:
        return None
    wanted = statuses[slot] if slot < len(statuses) else 0
    return Lost(slot, older[slot], wanted, 0)


def _sign(
    database: Database,
    keys: KeyRing,
    number: int,
    changed: Changed,
    forgotten: Changed,
    now: datetime,
) -> Signed:
    province = f"{database.settings.province}0000"
    owner = Owner(f"province:{province}", province, "状态清单")
    signer = keys.load(keys.ensure(Use.STATUS, owner, now=now))
    uri = f"{database.settings.public_url}/trust/status/{number}"
    statuses = statuslist.build({**changed, **forgotten})
    token = statuslist.sign_list(statuses, uri, signer, now)
    try:
        jwt = statuslist.sign_jwt(statuses, uri, signer, now)
    except TrustError:
        jwt = ""
    return Signed(statuses, token, jwt, changed, forgotten)


def _store(w: Work, number: int, signed: Signed, suspected: Lost | None) -> str | Lost:
    """Keep a new version and return its ETag, or what it would have taken back."""
    row = _locked(w, number)
    lost = final_once(signed.statuses, row.token) if row.token else None
    if lost is not None:
        lost = Lost(lost.slot, lost.was, lost.wanted, row.version)
        if lost == suspected:
            _alarm(w, row, lost)
        return lost
    etag = hashlib.sha256(signed.token).hexdigest()[:32]
    folder = w.settings.data_dir
    row.version = max(row.version, remembered(folder, number).version) + 1
    remember(folder, number, row.version, signed.changed, signed.forgotten)
    row.token, row.etag, row.published_at = signed.token, etag, w.now
    w.add(
        StatusVersion(
            id=w.new_id(),
            number=number,
            version=row.version,
            token=signed.token,
            jwt=signed.jwt,
            published_at=w.now,
        )
    )
    w.record(StatusListPublished(number, row.version), on=row)
    return etag


def _locked(w: Work, number: int) -> StatusListing:
    """Return the row of a list, locked; a list that is new gets its row, version 0."""
    asked = select(StatusListing).where(StatusListing.number == number).with_for_update()
    row = w.session.scalar(asked)
    if row is None:
        values = {"id": w.new_id(), "number": number, "version": 0, "token": b"", "etag": ""}
        w.session.execute(insert(StatusListing), {**values, "published_at": w.now})
        row = w.session.scalars(asked).one()
    return row


def _alarm(w: Work, row: StatusListing, lost: Lost) -> None:
    """Write down, once for each version, that the table took back what is final."""
    log.error("final status taken back", number=row.number, slot=lost.slot, was=lost.was)
    known = select(StatusRefusal.id).where(
        StatusRefusal.number == row.number,
        StatusRefusal.slot == lost.slot,
        StatusRefusal.version == row.version,
    )
    if w.one(known) is None:
        w.add(
            StatusRefusal(
                id=w.new_id(),
                number=row.number,
                slot=lost.slot,
                version=row.version,
                was=lost.was,
                wanted=lost.wanted,
                found_at=w.now,
            )
        )
        w.record(StatusListRefused(row.number, lost.slot, lost.was, lost.wanted), on=row)
