"""Pinning another province's roots: one person proposes, another confirms the fingerprint.

The fingerprint is compared over another road than the file came (telephone, letter): this is the
one moment in which trust is not proved but given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.certificates.models import PeerProvince
from aquacert.certificates.rules.peers import MOVES, PeerAct, PeerState
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.outbound import check_address
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.trust.roots import Roots
from aquacert.trust.trustdocument import TrustDocument

SHORTEST_REASON = 2


@dataclass(frozen=True)
class PeerProposed(Fact):
    """Somebody proposed to believe another province's roots."""

    tag: ClassVar[str] = "certificates:peer:propose"
    title: ClassVar[str] = "提出认可外省根密钥"
    division: str
    fingerprint: str


@dataclass(frozen=True)
class PeerPinned(Fact):
    """A second person compared the fingerprint and confirmed."""

    tag: ClassVar[str] = "certificates:peer:confirm"
    title: ClassVar[str] = "认可外省根密钥"
    division: str
    fingerprint: str


@dataclass(frozen=True)
class PeerWithdrawn(Fact):
    """A province's lists are believed no more."""

    tag: ClassVar[str] = "certificates:peer:withdraw"
    title: ClassVar[str] = "不再认可外省根密钥"
    division: str
    because: str


def propose(w: Work, document: TrustDocument, list_url: str) -> UUID:
    """Propose to believe the roots that `document` names; return the province's row.

    The document must be signed by its own threshold. Raise `Refused` when it is not, `Invalid` for
    our own province, an unknown code, or an address that may not be asked.
    """
    document.check(document.roots)
    document.check_reach()
    _must_be_another(w, document)
    if list_url:
        check_address(list_url, allow_private=w.settings.allow_private_fetch)
    row = w.one(select(PeerProvince).where(PeerProvince.division_code == document.province))
    if row is None:
        row = w.add(_fresh(w, document))
    else:
        row = w.get_for_change(PeerProvince, row.id)
        w.move(row, MOVES, PeerAct.PROPOSE)
    row.roots, row.name, row.list_url = document.roots.to_row(), document.name_zh, list_url
    row.proposed_at, row.proposed_by_id = w.now, w.actor.person_id
    row.pinned_at = row.pinned_by_id = None
    w.record(PeerProposed(document.province, document.roots.fingerprint), on=row)
    return row.id


def pin_digest(fingerprint: str) -> str:
    """Return what the second factor is bound to: this act on these roots."""
    return f"peer-pin:{fingerprint}"


def confirm(w: Work, province_id: UUID, fingerprint: str) -> None:
    """Believe a proposed province's roots from now on: by another person than proposed them.

    `fingerprint` is what this person was told over another road; raise `Invalid` when it differs.
    The second factor must have been passed for `pin_digest` of it.
    """
    row = w.get_for_change(PeerProvince, province_id)
    if row.proposed_by_id is not None and row.proposed_by_id == w.actor.person_id:
        raise NotAllowed("认可一个省要两个人：提出的人不能自己确认。")
    held = Roots.from_row(row.roots).fingerprint
    told = "".join(fingerprint.split()).lower()
    if told != held:
        sentence = "指纹对不上：请再与对方核对一遍，仍不符就不要认可。"
        raise Invalid(sentence, fingerprint=sentence)
    accounts.spend_step_up(w, pin_digest(held))
    w.move(row, MOVES, PeerAct.CONFIRM)
    row.pinned_at, row.pinned_by_id = w.now, w.actor.person_id
    w.record(PeerPinned(row.division_code, held), on=row)


def withdraw(w: Work, province_id: UUID, because: str) -> None:
    """Believe a province no more, for a reason; one person may, for this is the safe side."""
    if len(because.strip()) < SHORTEST_REASON:
        raise Invalid("请写明原因。", because="请写明原因，至少两个字。")
    row = w.get_for_change(PeerProvince, province_id)
    row.because = because
    w.move(row, MOVES, PeerAct.WITHDRAW, because=because)
    w.record(PeerWithdrawn(row.division_code, because), on=row, reason=because)


def _must_be_another(w: Work, document: TrustDocument) -> None:
    if document.province[:2] == w.settings.province:
        raise Invalid("这是本省自己的清单，不用认可。")
    place = reference.division(w, document.province)
    if place.parent_code is not None:
        raise Invalid("清单要由一个省发布，这个代码不是省级。")


def _fresh(w: Work, document: TrustDocument) -> PeerProvince:
    return PeerProvince(
        id=w.new_id(),
        division_code=document.province,
        name=document.name_zh,
        state=PeerState.PROPOSED.value,
        because="",
        roots=document.roots.to_row(),
        list_url="",
        version=0,
        proposed_at=w.now,
        proposed_by_id=w.actor.person_id,
        pinned_at=None,
        pinned_by_id=None,
    )
