"""Void, replace, suspend, resume: separate acts, each with its reason.

A certificate itself never changes. Its standing does, the move goes into the journal, the number's
row says why, one change wakes the public page and one leaf goes to the log.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update

from aquacert.certificates.log import commands as log
from aquacert.certificates.log.commands import Subject
from aquacert.certificates.models import Certificate, Issuance, RecallHit, RecallOrder, Standing
from aquacert.certificates.numbers import commands as numbers
from aquacert.certificates.rules.grounds import Ground
from aquacert.certificates.rules.recalls import HitState, RecallState
from aquacert.certificates.rules.states import MOVES, Act, Status
from aquacert.certificates.status import grounds
from aquacert.certificates.status.queries.resting import unanswered
from aquacert.declarations import commands as declarations
from aquacert.hatcheries.commands import stock
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.permissions import P
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work

SHORTEST_REASON = 2
NEWS = {
    Act.SUSPEND: Topic.CERTIFICATE_SUSPENDED,
    Act.RESUME: Topic.CERTIFICATE_RESUMED,
    Act.VOID: Topic.CERTIFICATE_VOID,
    Act.REPLACE: Topic.CERTIFICATE_REPLACED,
    Act.RECALL: Topic.CERTIFICATE_RECALLED,
}


@dataclass(frozen=True)
class CertificateVoided(Fact):
    """A certificate was made void."""

    tag: ClassVar[str] = "certificates:certificate:void"
    title: ClassVar[str] = "证书作废"
    number: str
    because: str
    credits_stock: bool


@dataclass(frozen=True)
class CertificateSuspended(Fact):
    """A certificate was suspended: the goods must not move."""

    tag: ClassVar[str] = "certificates:certificate:suspend"
    title: ClassVar[str] = "证书暂停"
    number: str
    because: str


@dataclass(frozen=True)
class CertificateResumed(Fact):
    """A suspended certificate is good again."""

    tag: ClassVar[str] = "certificates:certificate:resume"
    title: ClassVar[str] = "证书恢复"
    number: str
    because: str


@dataclass(frozen=True)
class CertificateRecalled(Fact):
    """A certificate was recalled, by another person than the one who suspended it."""

    tag: ClassVar[str] = "certificates:certificate:recall"
    title: ClassVar[str] = "证书召回"
    number: str
    because: str


@dataclass(frozen=True)
class CertificateReplaced(Fact):
    """A certificate gave way to its successor."""

    tag: ClassVar[str] = "certificates:certificate:replace"
    title: ClassVar[str] = "换证"
    number: str
    successor: str
    because: str


@dataclass(frozen=True)
class ArrivalNoted(Fact):
    """Movements reported that the goods arrived."""

    tag: ClassVar[str] = "certificates:certificate:arrive"
    title: ClassVar[str] = "证书记到达"
    number: str


def void(w: Work, certificate_id: UUID, because: str) -> None:
    """Make a certificate void for a reason; before departure its quantities go back to stock.

    A suspended one only by who may suspend: a void and a new one would pass the suspension by.
    """
    certificate, standing = _held(w, certificate_id, because)
    _not_ordered(w, certificate_id)
    if standing.status == Status.SUSPENDED.value and not w.actor.may(P.CERTIFICATE_SUSPEND):
        raise NotAllowed("这张证书已被暂停，要由监管员恢复、作废或召回，不能作废后另签。")
    credits_stock = certificate.departs_at is None or w.now < certificate.departs_at
    _move(w, standing, Act.VOID, because)
    numbers.void_used(w, certificate.number, because)
    if credits_stock:
        stock.credit_void(w, certificate.id)
    # A load that has arrived stays arrived: its goods are there, whatever the paper is worth.
    with suppress(NotAllowedNow):
        declarations.mark_certificate_void(w, certificate.load_id)
    _record(w, certificate, CertificateVoided(certificate.number, because, credits_stock), because)
    tell(w, certificate, Act.VOID)


def suspend(w: Work, certificate_id: UUID, because: str) -> None:
    """Suspend a certificate for a reason; it can be resumed.

    What the system suspended by itself a person may suspend too: it stays so then, whatever
    becomes of a zone.
    """
    certificate, standing = _held(w, certificate_id, because)
    if w.actor.person_id is not None:
        grounds.lay(w, certificate_id, Ground.PERSON, certificate_id, because.strip())
        if standing.status == Status.SUSPENDED.value and standing.changed_by_id is None:
            _take_over(w, certificate, standing, because)
            return
    _move(w, standing, Act.SUSPEND, because)
    _record(w, certificate, CertificateSuspended(certificate.number, because), because)
    tell(w, certificate, Act.SUSPEND)


def resume(w: Work, certificate_id: UUID, because: str) -> None:
    """Make a suspended certificate valid again, for a reason.

    Not while a recall order holds it: that takes the order's second person. Not while a test it
    rests on is positive, or has no report that stands.
    """
    certificate, standing = _held(w, certificate_id, because)
    _not_ordered(w, certificate_id)
    still = unanswered(w, certificate_id)
    if still:
        raise NotAllowedNow("现在还不能恢复：" + "".join(still))
    grounds.overrule(w, certificate_id)
    _move(w, standing, Act.RESUME, because)
    _record(w, certificate, CertificateResumed(certificate.number, because), because)
    tell(w, certificate, Act.RESUME)


def recall(w: Work, certificate_id: UUID, because: str) -> None:
    """Recall a suspended certificate; raise `NotAllowed` for the person who suspended it.

    A recall takes two persons: one suspends at once, which stops the goods, another recalls. What
    the system suspended by itself has had no first person yet: an order gives it one.
    """
    certificate, standing = _held(w, certificate_id, because)
    if standing.status == Status.SUSPENDED.value and standing.changed_by_id is None:
        raise NotAllowed("召回要两个人：系统自动暂停的证书，请先下达召回单，由另一人确认。")
    is_second = standing.status == Status.SUSPENDED.value and (
        standing.changed_by_id != w.actor.person_id
    )
    if not is_second:
        raise NotAllowed("召回要两个人：一人先暂停这张证书，另一人再召回。")
    _move(w, standing, Act.RECALL, because)
    numbers.void_used(w, certificate.number, f"召回：{because}")
    _record(w, certificate, CertificateRecalled(certificate.number, because), because)
    tell(w, certificate, Act.RECALL)


def give_way(
    w: Work, certificate_id: UUID, successor_id: UUID, number: str, because: str
) -> Certificate:
    """Replace a certificate by its successor, inside the successor's own transaction.

    The old quantities go back to stock, then the successor takes its own. The order is fixed: the
    successor's row, this, the successor's standing; for a standing may only name a successor that
    is there, and one load has only one live standing. The caller tells the news at its end.
    """
    certificate, standing = _held(w, certificate_id, because)
    standing.successor_id = successor_id
    _move(w, standing, Act.REPLACE, because)
    numbers.void_used(w, certificate.number, f"换证为 {number}：{because}")
    stock.credit_void(w, certificate.id)
    _record(w, certificate, CertificateReplaced(certificate.number, number, because), because)
    return certificate


def tell(w: Work, certificate: Certificate, act: Act) -> None:
    """Tell the rooms above and wake the public page. Last in its transaction (see log.append)."""
    payload = w.session.scalars(select(Issuance.payload).where(Issuance.id == certificate.id)).one()
    subject = Subject(certificate.id, certificate.public_id, certificate.number, payload)
    w.tell(NEWS[act], certificate.id)
    log.append(w, subject, act)


def note_arrival(w: Work, certificate_id: UUID, arrived_at: datetime) -> None:
    """Remember that the goods arrived, so that every page shows it; once, later calls say nothing.

    Called by movements inside its own transaction; whoever reports need not see the certificate.
    """
    number, public_id = w.session.execute(
        select(Certificate.number, Certificate.public_id).where(Certificate.id == certificate_id)
    ).one()
    first = w.session.execute(
        update(Standing)
        .where(Standing.id == certificate_id, Standing.arrived_at.is_(None))
        .values(arrived_at=arrived_at)
        .returning(Standing.id),
        execution_options={"synchronize_session": False},
    ).first()
    if first is not None:
        w.record(ArrivalNoted(number), on=("certificates", str(certificate_id)))
        log.touch(w, certificate_id, public_id)


def _held(w: Work, certificate_id: UUID, because: str) -> tuple[Certificate, Standing]:
    if len(because.strip()) < SHORTEST_REASON:
        raise Invalid("请写明原因。", because="请写明原因，至少两个字。")
    certificate = w.get(Certificate, certificate_id)
    _of_issuer(w, certificate)
    return certificate, w.get_for_change(Standing, certificate_id)


def _take_over(w: Work, certificate: Certificate, standing: Standing, because: str) -> None:
    """Make a suspension by the system a person's own too: it gets a first person."""
    standing.because = f"{standing.because}；{because.strip()}"
    standing.changed_at, standing.changed_by_id = w.now, w.actor.person_id
    _record(w, certificate, CertificateSuspended(certificate.number, because), because)


def _not_ordered(w: Work, certificate_id: UUID) -> None:
    """Raise `NotAllowedNow` while a recall order that nobody has decided holds a certificate."""
    order = (
        select(RecallHit.id)
        .join(RecallOrder, RecallOrder.id == RecallHit.order_id)
        .where(
            RecallHit.certificate_id == certificate_id,
            RecallHit.state.in_([HitState.WAITING.value, HitState.SUSPENDED.value]),
            RecallOrder.state == RecallState.ORDERED.value,
        )
    )
    if w.one(order) is not None:
        raise NotAllowedNow("这张证书在一份待确认的召回单里，要由第二人确认或驳回召回。")


def _of_issuer(w: Work, certificate: Certificate) -> None:
    """Raise `NotAllowed` unless the actor is of the issuing side: the other end only sees it."""
    scope = w.actor.scope
    if scope.everything or certificate.office_id in scope.organisation_ids:
        return
    if certificate.county not in scope.divisions:
        raise NotAllowed("这张证书由启运地机构签发，只有启运地或其上级可以办理。")


def _move(w: Work, standing: Standing, act: Act, because: str) -> None:
    standing.because = because
    standing.changed_at = w.now
    standing.changed_by_id = w.actor.person_id
    w.move(standing, MOVES, act, because=because, column="status")


def _record(w: Work, certificate: Certificate, fact: Fact, because: str) -> None:
    w.record(fact, on=certificate, county=certificate.county, reason=because)
