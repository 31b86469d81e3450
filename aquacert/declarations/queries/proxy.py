"""The owner's consent to a proxy declaration: what is asked, what he answered, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import Declaration, ProxyConsent
from aquacert.declarations.queries.content import content_of, seal_of
from aquacert.declarations.queries.lists import DeclarationLine, lines
from aquacert.declarations.rules.consent import (
    DECLINED,
    NO_CONSENT,
    NO_SUPPLEMENT_CONSENT,
    OLD_CONSENT,
    ConsentState,
    Way,
    why_no_guess,
)
from aquacert.declarations.rules.states import State
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class ConsentLine:
    """One asking as pages show it; the code only where the owner himself looks."""

    consent_id: UUID
    way: str
    state: str
    asked_at: datetime
    given_at: datetime | None
    expires_at: datetime | None
    is_open: bool
    """A code that may still be given."""
    fits: bool
    """It was asked for the content that stands now."""


def consents(look: Look, declaration_id: UUID) -> list[ConsentLine]:
    """Return every asking about a declaration, the newest first."""
    paper = look.get(Declaration, declaration_id)
    rows = look.scalars(
        select(ProxyConsent)
        .where(ProxyConsent.declaration_id == paper.id, look.visible(ProxyConsent))
        .order_by(ProxyConsent.asked_at.desc(), ProxyConsent.id.desc())
    )
    now = seal_of(content_of(paper))
    return [
        ConsentLine(
            consent_id=row.id,
            way=row.way,
            state=row.state,
            asked_at=row.asked_at,
            given_at=row.given_at,
            expires_at=row.expires_at,
            is_open=row.state == ConsentState.ASKED.value
            and not why_no_guess(row.expires_at, row.guesses, look.now),
            fits=row.digest == now,
        )
        for row in rows
    ]


def consent_fault(look: Look, paper: Declaration, answers: str) -> str:
    """Return why these answers may not be sent for the owner, or an empty text when they may.

    Asked at sending, inside the same transaction: the owner's last word must be a consent, and to
    this very content. A consent given before he said no, or to what was sent before, is spent.
    """
    answered = (ConsentState.GIVEN.value, ConsentState.DECLINED.value)
    row = look.one(
        select(ProxyConsent)
        .where(ProxyConsent.declaration_id == paper.id, ProxyConsent.state.in_(answered))
        .order_by(ProxyConsent.given_at.desc(), ProxyConsent.id.desc())
    )
    if row is None:
        return NO_CONSENT
    if row.state == ConsentState.DECLINED.value:
        return DECLINED
    return "" if row.digest == seal_of(answers) else OLD_CONSENT


def supplement_fault(look: Look, paper: Declaration) -> str:
    """Return why a supplement of files and words may not be sent for the owner, "" when it may.

    His yes must come after the office asked, and after the last file that was added or taken away:
    he saw what is sent.
    """
    fault = consent_fault(look, paper, content_of(paper))
    given = look.one(
        select(ProxyConsent.given_at)
        .where(
            ProxyConsent.declaration_id == paper.id,
            ProxyConsent.state == ConsentState.GIVEN.value,
        )
        .order_by(ProxyConsent.given_at.desc(), ProxyConsent.id.desc())
    )
    if fault or given is None or paper.asked_at is None:
        return fault or NO_CONSENT
    changed = [paper.asked_at, *(one.made_at for one in look.files_of(paper))]
    changed += [one.withdrawn_at for one in look.withdrawn_files_of(paper) if one.withdrawn_at]
    return "" if given >= max(changed) else NO_SUPPLEMENT_CONSENT


def asked_of_owner(look: Look, declaration_id: UUID) -> tuple[Declaration, ProxyConsent]:
    """Return the paper and the open asking that its owner is to answer; raise `NotFound`.

    Nobody but the owner's people finds it: the code stands on their page.
    """
    paper = look.get(Declaration, declaration_id)
    if paper.organisation_id != look.actor.organisation_id:
        raise NotFound
    row = look.one(
        select(ProxyConsent)
        .where(
            ProxyConsent.declaration_id == paper.id,
            ProxyConsent.way.in_([Way.CODE.value, Way.OWN_HAND.value]),
        )
        .order_by(ProxyConsent.asked_at.desc(), ProxyConsent.id.desc())
    )
    if row is None:
        raise NotFound("没有等您答复的代办。")
    return paper, row


def open_proxies(look: Look, number: int = 1) -> Pages[DeclarationLine]:
    """Return the drafts that whoever asks is filling in for farms, the newest first."""
    found = look.pages(
        select(Declaration)
        .where(
            Declaration.declared_by_id == look.actor.person_id,
            Declaration.is_proxy,
            Declaration.state == State.DRAFT.value,
        )
        .order_by(Declaration.id.desc()),
        number,
        10,
    )
    return Pages(lines(look, found.items), found.number, found.size, found.total)


def hands_of(look: Look, declaration_id: UUID) -> set[UUID]:
    """Return who filled in or asked consent for a declaration: they may not inspect it."""
    rows = look.scalars(
        select(ProxyConsent.asked_by_id).where(ProxyConsent.declaration_id == declaration_id)
    )
    return set(rows)
