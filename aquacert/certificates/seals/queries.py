"""Which body holds which seal, whether it can be used now, and what it was put on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts import queries as accounts
from aquacert.accounts.models import Organisation
from aquacert.certificates.models.certificates import Certificate
from aquacert.certificates.models.seals import HeldSeal, SealApplication, SealOrigin, SealState
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.trust import ses
from aquacert.trust.errors import TrustError

STRETCH = 200


class Fit(StrEnum):
    """Whether this installation can put a seal on a certificate now, or why not."""

    READY = "ready"
    KEY_ELSEWHERE = "key-elsewhere"
    NOT_YET = "not-yet"
    ENDED = "ended"
    STOPPED = "stopped"


@dataclass(frozen=True)
class SealLine:
    """One seal as the list shows it. Instants are UTC."""

    id: UUID
    number: str
    name: str
    body: str
    version: int
    origin: SealOrigin
    fit: Fit
    maker: str
    begins_at: datetime
    ends_at: datetime
    used: int
    """on how many certificates it was put"""


def seals_page(look: Look, words: str = "", number: int = 1) -> Pages[HeldSeal]:
    """Return one numbered page of the seals in sight: in use first, newest first."""
    wanted = select(HeldSeal).where(look.visible(HeldSeal))
    if words.strip():
        wanted = wanted.where(look.matching(HeldSeal, words))
    return look.pages(wanted.order_by(HeldSeal.state, HeldSeal.id.desc()), number)


def lines(look: Look, rows: list[HeldSeal]) -> list[SealLine]:
    """Return what a page says of these seals."""
    names = _names(look, {row.body_id for row in rows})
    used = _uses(look, [row.id for row in rows])
    return [line(look, row, names[row.body_id], used.get(row.id, 0)) for row in rows]


def line(look: Look, row: HeldSeal, body: str, used: int) -> SealLine:
    """Return what a page says of one seal."""
    return SealLine(
        row.id, row.number, row.name, body, row.version, SealOrigin(row.origin),
        fit_of(row, look.now), row.maker, row.begins_at, row.ends_at, used,
    )  # fmt: skip


def seal(look: Look, seal_id: UUID) -> HeldSeal:
    """Return one seal in sight; raise `NotFound` otherwise."""
    return look.get(HeldSeal, seal_id)


def fit_of(row: HeldSeal, now: datetime) -> Fit:
    """Return whether the seal can be put on a certificate at `now`."""
    if row.state == SealState.STOPPED:
        return Fit.STOPPED
    if now > row.ends_at:
        return Fit.ENDED
    if now < row.begins_at:
        return Fit.NOT_YET
    return Fit.READY if row.key_id else Fit.KEY_ELSEWHERE


def seal_of(look: Look, body_id: UUID) -> HeldSeal | None:
    """Return the seal that a body has in use, whatever its dates."""
    return look.one(
        select(HeldSeal).where(HeldSeal.body_id == body_id, HeldSeal.state == SealState.IN_USE)
    )


def application_of(look: Look, certificate_id: UUID) -> bytes | None:
    """Return the signed value (SES_Signature, DER) put on a certificate's record, if any."""
    return look.session.scalar(
        select(SealApplication.value).where(SealApplication.certificate_id == certificate_id)
    )


@dataclass(frozen=True)
class WrongSeal:
    """A stored signed value that does not hold for the record it was put on."""

    certificate_id: UUID
    number: str
    county: str
    sentence: str


def wrong_seals(look: Look) -> Iterator[WrongSeal]:
    """Yield every signed value that no longer verifies over its certificate's record."""
    rows = look.session.execute(
        select(Certificate.id, Certificate.number, Certificate.county, Certificate.record)
        .add_columns(SealApplication.value)
        .join(SealApplication, SealApplication.certificate_id == Certificate.id)
        .execution_options(yield_per=STRETCH)
    )
    for certificate_id, number, county, record, value in rows:
        try:
            ses.verify_in_period(value, record)
        except TrustError as error:
            yield WrongSeal(certificate_id, number, county, f"电子印章：{error.sentence}")


def bodies(look: Look) -> list[Organisation]:
    """Return the open agencies in sight, by name: those that may hold a seal."""
    scope = look.actor.scope
    return [
        body
        for body in accounts.organisations(look, kind="agency")
        if scope.everything or body.division_code in scope.divisions
    ]


def _names(look: Look, bodies_wanted: set[UUID]) -> dict[UUID, str]:
    return {one: accounts.organisation(look, one).name_zh for one in bodies_wanted}


def _uses(look: Look, seal_ids: list[UUID]) -> dict[UUID, int]:
    counted = (
        select(SealApplication.seal_id, func.count())
        .where(SealApplication.seal_id.in_(seal_ids))
        .group_by(SealApplication.seal_id)
    )
    return {row[0]: row[1] for row in look.session.execute(counted)}
