"""Other provinces: whose lists are held, how old they are, and what they say of a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select

from aquacert.certificates.models import PeerFetch, PeerList, PeerProvince, PeerStatus
from aquacert.certificates.peers.queries.own import read_document
from aquacert.certificates.rules.peers import LATE, PeerState, PeerStatusAnswer
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.trust import statuslist
from aquacert.trust.errors import Refused, TrustError, Why
from aquacert.trust.publickeys import Use
from aquacert.trust.roots import Roots
from aquacert.trust.statusbits import FINAL, Status
from aquacert.trust.statuslist import SignedStatus
from aquacert.trust.trustdocument import TrustDocument

SKEW = timedelta(minutes=5)
"""How far a list may be dated ahead of this clock."""
ANSWERS = {
    Status.VALID: PeerStatusAnswer.VALID,
    Status.INVALID: PeerStatusAnswer.INVALID,
    Status.SUSPENDED: PeerStatusAnswer.SUSPENDED,
    Status.REPLACED: PeerStatusAnswer.REPLACED,
}


@dataclass(frozen=True)
class ProvinceLine:
    """One province as pages show it."""

    province: PeerProvince
    document: TrustDocument | None
    """the list held"""
    fetch: PeerFetch | None
    statuses: tuple[PeerStatus, ...]
    fingerprint: str
    history: tuple[PeerList, ...] = ()
    """accepted versions, newest first"""

    @property
    def newest_status(self) -> datetime | None:
        """When the newest status list held was signed."""
        return max((one.issued_at for one in self.statuses), default=None)


@dataclass(frozen=True)
class Said:
    """What a status list says of one slot, and since when it has been saying it."""

    status: PeerStatusAnswer
    at: datetime | None
    note: str = ""
    is_stale: bool = False


def province_lines(look: Look) -> list[ProvinceLine]:
    """Return every province ever proposed, by code."""
    rows = look.scalars(select(PeerProvince).order_by(PeerProvince.division_code))
    return [_line(look, row) for row in rows]


def province_line(look: Look, province_id: UUID) -> ProvinceLine:
    """Return one province with the history of its lists; raise `NotFound`."""
    row = look.session.get(PeerProvince, province_id)
    if row is None:
        raise NotFound("没有这个省的登记。")
    return _line(look, row, with_history=True)


def pinned_lists(look: Look) -> list[tuple[PeerProvince, TrustDocument, PeerList]]:
    """Return (province, document, row) for every province that is believed and has a list.

    After new roots were pinned, the list that the old ones signed is not believed again.
    """
    rows = look.session.execute(
        select(PeerProvince, PeerList)
        .join(
            PeerList,
            (PeerList.province_id == PeerProvince.id) & (PeerList.version == PeerProvince.version),
        )
        .where(PeerProvince.state == PeerState.PINNED.value)
        .order_by(PeerProvince.division_code)
    )
    found = [(province, read_document(held.document), held) for province, held in rows]
    return [one for one in found if one[1].roots.same_as(Roots.from_row(one[0].roots))]


def status_in(look: Look, document: TrustDocument, number: int, index: int) -> Said:
    """Return what the held status list of a province says of one slot.

    What is final stays final however old the list is; anything else needs a list in its time.
    """
    row = look.one(select(PeerStatus).where(PeerStatus.uri == status_uri(document, number)))
    if row is None:
        return Said(
            PeerStatusAnswer.UNKNOWN, None, "手上没有这个省这一季的状态清单。", is_stale=True
        )
    try:
        read = read_status(row.token, document)
        status = Status(read.statuses[index])
    except (TrustError, ValueError):
        return Said(PeerStatusAnswer.UNKNOWN, None, "手上的状态清单核验不通过。", is_stale=True)
    if status not in FINAL and read.issued > look.now + SKEW:
        note = "手上的状态清单签发时间在将来，是否作废暂停无法核验。"
        return Said(PeerStatusAnswer.UNKNOWN, read.issued, note, is_stale=True)
    if status in FINAL or not _is_stale(read, row, look.now):
        return Said(ANSWERS[status], read.issued)
    hours = int((look.now - read.issued).total_seconds()) // 3600
    note = f"手上的状态清单是 {hours} 小时前的，已过期，是否作废暂停无法核验。"
    return Said(PeerStatusAnswer.UNKNOWN, read.issued, note, is_stale=True)


def status_uri(document: TrustDocument, number: int) -> str:
    """Return the address of a status list of a province, which is also its name."""
    return f"{document.status_base.rstrip('/')}/{number}"


@lru_cache(maxsize=64)
def _decoded(token: bytes, document: TrustDocument) -> SignedStatus:
    read = statuslist.decode(token, document.trust.keys_of(Use.STATUS))
    keys = document.trust.matching(read.kid, Use.STATUS)
    if not any(key.covers(read.issued) for key in keys):
        raise Refused(Why.KEY_NOT_VALID, "the status key did not cover the list's time")
    return read


def read_status(token: bytes, document: TrustDocument) -> SignedStatus:
    """Return a status list signed by a status key of `document`; raise `Refused` otherwise."""
    return _decoded(token, document)


def _is_stale(read: SignedStatus, row: PeerStatus, now: datetime) -> bool:
    if read.expires is not None:
        return now >= read.expires
    return now - row.fetched_at > LATE


def _line(look: Look, row: PeerProvince, *, with_history: bool = False) -> ProvinceLine:
    held = select(PeerList).where(PeerList.province_id == row.id)
    history = look.scalars(held.order_by(PeerList.version.desc()).limit(50 if with_history else 1))
    current = next((one for one in history if one.version == row.version), None)
    statuses = select(PeerStatus).where(PeerStatus.province_id == row.id).order_by(PeerStatus.uri)
    return ProvinceLine(
        province=row,
        document=None if current is None else read_document(current.document),
        fetch=look.session.get(PeerFetch, row.id),
        statuses=tuple(look.scalars(statuses)),
        fingerprint=Roots.from_row(row.roots).fingerprint,
        history=tuple(history),
    )
