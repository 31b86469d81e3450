"""Reads of movements: who is on the road, who is late, what one code in hand says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, true

from aquacert.certificates import queries as certificates
from aquacert.hatcheries import queries as farms
from aquacert.hatcheries.queries import LotLine
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.movements.models import Movement, MovementCheck
from aquacert.movements.rules import ON_THE_ROAD, State
from aquacert.reference.rules.text import storable
from aquacert.trust.errors import Refused
from aquacert.trust.qr import is_public_id, tidy_code
from aquacert.trust.record import Record, record_digest
from aquacert.trust.trustlist import TrustList, read_claims

IN_ADDRESS = re.compile(r"/(?:c|movements/(?:arrive|check))/([0-9A-Za-z-]+)")
TABS = ("open", "overdue", "arrived", "all")


@dataclass(frozen=True)
class Arrival:
    """Whether the goods of a certificate arrived, and what was said."""

    state: str
    arrived_at: datetime | None
    received: int | None
    problem: str


@dataclass(frozen=True)
class Case:
    """One certificate as whoever holds its code sees it; facts come from the signed record."""

    public_id: str
    certificate_id: UUID
    record: Record
    is_proved: bool
    """Its signature was verified in this process, under a key entitled to it."""
    status: str
    valid_until: datetime
    arrived_at: datetime | None
    now: datetime

    @property
    def is_good(self) -> bool:
        """Say whether the goods may travel under it now."""
        in_time = self.now <= self.valid_until
        return self.is_proved and self.status == "valid" and in_time and self.arrived_at is None


def movement(look: Look, certificate_id: UUID) -> Movement:
    """Return a visible movement, or raise `NotFound`."""
    return look.get(Movement, certificate_id)


def movement_of_subject(look: Look, certificate_id: UUID) -> Movement:
    """Return a movement whatever the scope: for whoever holds the link that names it."""
    found = look.session.get(Movement, certificate_id)
    if found is None:
        raise NotFound("这张证还没有启运记录，请稍后再试。")
    return found


def arrival(look: Look, certificate_id: UUID) -> Arrival | None:
    """Return what is known of a certificate's arrival; None before its movement is opened."""
    row = look.one(select(Movement).where(Movement.id == certificate_id, look.visible(Movement)))
    return None if row is None else Arrival(row.state, row.arrived_at, row.received, row.problem)


def movements(look: Look, words: str = "", tab: str = "all") -> Select[Movement]:
    """Select visible movements: on the road the most urgent first, else the newest first."""
    chosen = select(Movement).where(look.visible(Movement), _in_tab(look, tab))
    if words.strip():
        chosen = chosen.where(look.matching(Movement, storable(words)))
    if tab in {"open", "overdue"}:
        return chosen.order_by(Movement.due_at, Movement.id)
    return chosen.order_by(Movement.id.desc())


def overdue(look: Look) -> list[Movement]:
    """Return every visible movement whose arrival is owed and that nobody looked after yet."""
    return look.scalars(movements(look, tab="overdue").where(_is_red(look)))


def counts(look: Look) -> Mapping[str, int]:
    """Return how many visible movements each tab holds."""
    return {
        tab: look.session.scalar(
            select(func.count())
            .select_from(Movement)
            .where(look.visible(Movement), _in_tab(look, tab))
        )
        or 0
        for tab in TABS
    }


def waiting(look: Look) -> tuple[int, int]:
    """Return how many loads are on the road, and how many of them are late without an answer."""
    visible = select(func.count()).select_from(Movement).where(look.visible(Movement))
    opened = look.session.scalar(visible.where(_in_tab(look, "open"))) or 0
    return opened, look.session.scalar(visible.where(_is_red(look))) or 0


def checks_of(look: Look, certificate_id: UUID) -> list[MovementCheck]:
    """Return the checks that the goods met, oldest first."""
    return look.scalars(
        select(MovementCheck)
        .where(MovementCheck.movement_id == certificate_id)
        .order_by(MovementCheck.checked_at, MovementCheck.id)
    )


def last_place(look: Look) -> str:
    """Return where the actor checked last, so that the place need not be typed again."""
    row = look.one(
        select(MovementCheck)
        .where(MovementCheck.by_id == look.actor.person_id)
        .order_by(MovementCheck.checked_at.desc())
    )
    return "" if row is None else row.place


def history(look: Look, certificate_id: UUID) -> list[AuditEntry]:
    """Return what the trail says of a visible movement, oldest first."""
    movement(look, certificate_id)
    return look.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == Movement.__tablename__,
            AuditEntry.subject_id == str(certificate_id),
        )
        .order_by(AuditEntry.seq)
    )


def public_id_in(look: Look, typed: str) -> str:
    """Return the page id in what was scanned or typed: an address, an id, or a number.

    Raises `NotFound` when there is no such certificate.
    """
    text = storable(typed).strip()
    inside = IN_ADDRESS.search(text)
    code = tidy_code(inside.group(1) if inside else text)
    if len(code) == 10 and code.isascii() and code.isdigit():
        by_number = certificates.public_id_of_number(look, code)
        if by_number is not None:
            return by_number
    if not is_public_id(code):
        raise NotFound("看不懂这个码。请扫证上的二维码，或输入 10 位证号。")
    return code


def case(look: Look, public_id: str, trust: TrustList) -> Case:
    """Return the certificate of a code in hand, whoever holds it; raise `NotFound` without one."""
    found = certificates.by_public_id(look, tidy_code(storable(public_id)))
    if found is None:
        raise NotFound("查无此证。请看清编号再扫一次。")
    return Case(
        public_id=tidy_code(public_id),
        certificate_id=found.certificate_id,
        record=Record.decode(found.record),
        is_proved=_is_proved(found, trust),
        status=found.status,
        valid_until=found.valid_until,
        arrived_at=found.arrived_at,
        now=look.now,
    )


def own_lots(look: Look, record: Record) -> list[LotLine]:
    """Return the actor's own farm's lots that can take in these goods: same species, same unit."""
    farm = farms.hatchery_of(look, look.actor.organisation_id)
    if farm is None:
        return []
    return [
        lot
        for lot in farms.lots(look, farm.id)
        if lot.species_code == record.species_code and lot.unit == record.unit
    ]


def _is_proved(found: certificates.PublicCertificate, trust: TrustList) -> bool:
    try:
        return read_claims(found.cose, trust).claims.digest == record_digest(found.record)
    except Refused:
        return False


def _in_tab(look: Look, tab: str) -> ColumnElement[bool]:
    on_the_road = Movement.state.in_(sorted(ON_THE_ROAD))
    if tab == "open":
        return on_the_road
    if tab == "overdue":
        return and_(on_the_road, Movement.due_at < look.now)
    if tab == "arrived":
        return Movement.state == State.ARRIVED.value
    return true()


def _is_red(look: Look) -> ColumnElement[bool]:
    return and_(Movement.state == State.NOT_ARRIVED.value, Movement.due_at < look.now)
