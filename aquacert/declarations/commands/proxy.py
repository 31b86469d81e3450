"""Filling in for an owner (代办): asking him, and keeping how he said yes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.declarations.commands.calls import CallNote, note_call
from aquacert.declarations.commands.drafts import EDITABLE, own
from aquacert.declarations.models import Declaration, ProxyConsent
from aquacert.declarations.parsers import read_paper
from aquacert.declarations.queries.content import content_of, seal_of
from aquacert.declarations.queries.proxy import asked_of_owner
from aquacert.declarations.rules.consent import (
    CODE_DIGITS,
    CODE_LASTS,
    MOST_CODES,
    WAY_WORDS,
    ConsentState,
    Way,
    same_code,
    why_no_guess,
)
from aquacert.declarations.rules.recording import read_recording
from aquacert.declarations.rules.states import State
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work

BETWEEN = timedelta(minutes=1)
CHANGED = "发出确认码以后申报内容改过，请重新发一个，让货主看到改过的内容。"


@dataclass(frozen=True)
class ConsentAsked(Fact):
    """The owner was asked whether this may be declared for him."""

    tag: ClassVar[str] = "declarations:consent:ask"
    title: ClassVar[str] = "请货主同意代办"
    way: str
    digest: str


@dataclass(frozen=True)
class ConsentGiven(Fact):
    """The owner's consent was recorded, bound to the content."""

    tag: ClassVar[str] = "declarations:consent:give"
    title: ClassVar[str] = "记下货主同意代办"
    way: str
    digest: str


@dataclass(frozen=True)
class ConsentDeclined(Fact):
    """The owner said no."""

    tag: ClassVar[str] = "declarations:consent:decline"
    title: ClassVar[str] = "货主不同意代办"
    way: str


@dataclass(frozen=True)
class ConsentCodeWrong(Fact):
    """A wrong code was given; five of them end it."""

    tag: ClassVar[str] = "declarations:consent:guess"
    title: ClassVar[str] = "代办确认码不对"
    guesses: int


def ask_consent(w: Work, declaration_id: UUID) -> UUID:
    """Send the owner a one-time code into his inbox, with the content on his page.

    An older code of the same declaration is dead from here on; one a minute at most, and no more
    than `MOST_CODES` within 24 hours.
    """
    paper = _proxied(w, declaration_id)
    codes = w.scalars(
        select(ProxyConsent).where(
            ProxyConsent.declaration_id == paper.id,
            ProxyConsent.expires_at.is_not(None),
            ProxyConsent.asked_at > w.now - timedelta(days=1),
        )
    )
    if any(w.now - row.asked_at < BETWEEN for row in codes):
        raise NotAllowedNow("确认码刚刚发过，一分钟后可以再发。")
    if len(codes) >= MOST_CODES:
        raise NotAllowedNow("今天发的确认码太多了，请换一种方式取得同意，或明天再发。")
    _spend_codes(w, paper)
    row = _new(w, paper, Way.CODE, ConsentState.ASKED)
    row.code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    row.expires_at = w.now + CODE_LASTS
    w.session.flush()
    fact = ConsentAsked(row.way, row.digest)
    w.record(fact, on=row, county=paper.origin_code)
    accounts.tell(
        w,
        to_organisation=paper.organisation_id,
        kind="declaration",
        subject="申报点要替您申报，请先看内容，再决定同不同意。",
        body=(
            f"代办确认码 {row.code}，30 分钟内有效。先点“去看这件事”核对内容；"
            "同意，就把这六个数字报给替您填的人，或者在那一页按“同意”。不同意，什么也不用报。"
        ),
        link=f"/declarations/{paper.id}/consent",
    )
    return row.id


def give_code(w: Work, declaration_id: UUID, code: str) -> bool:
    """Take the code that the owner read out; say whether it is right. Wrong ones are counted.

    Raises `NotAllowedNow` when none is open, it ran out, or the content changed since.
    """
    paper = _proxied(w, declaration_id)
    row = w.one(
        select(ProxyConsent)
        .where(
            ProxyConsent.declaration_id == paper.id,
            ProxyConsent.state == ConsentState.ASKED.value,
        )
        .order_by(ProxyConsent.asked_at.desc())
        .with_for_update()
    )
    if row is None:
        raise NotAllowedNow("还没有发确认码，或者已经失效，请重新发一个。")
    if why := why_no_guess(row.expires_at, row.guesses, w.now):
        raise NotAllowedNow(why)
    if row.digest != seal_of(content_of(paper)):
        raise NotAllowedNow(CHANGED)
    if not same_code(code, row.code or ""):
        row.guesses += 1
        wrong = ConsentCodeWrong(row.guesses)
        w.record(wrong, on=row, county=paper.origin_code)
        return False
    _given(w, paper, row)
    return True


def answer_consent(w: Work, declaration_id: UUID, *, agrees: bool) -> None:
    """Answer as the owner himself, on his own page."""
    paper, row = asked_of_owner(w, declaration_id)
    if row.state == (ConsentState.GIVEN if agrees else ConsentState.DECLINED).value:
        return
    if row.state != ConsentState.ASKED.value:
        raise NotAllowedNow("这次代办已经答复过，或者已经失效。")
    if why := why_no_guess(row.expires_at, row.guesses, w.now):
        raise NotAllowedNow(why)
    if row.digest != seal_of(content_of(paper)):
        raise NotAllowedNow("申报内容刚刚改过，请等申报点重新请您确认。")
    row.way, row.given_by_id = Way.OWN_HAND.value, w.actor.person_id
    if agrees:
        _given(w, paper, row)
    else:
        row.state, row.code, row.given_at = ConsentState.DECLINED.value, None, w.now
        declined = ConsentDeclined(row.way)
        w.record(declined, on=row, county=paper.origin_code)
    if paper.declared_by_id is not None:
        accounts.tell(
            w,
            to_person=paper.declared_by_id,
            kind="declaration",
            subject="货主同意代办，可以提交了。" if agrees else "货主不同意代办。",
            link=f"/declarations/{paper.id}/proxy-consent",
        )


def consent_on_paper(w: Work, declaration_id: UUID, *, data: bytes, name: str) -> UUID:
    """Keep a photograph (or PDF) of the signed mandate as the owner's consent."""
    paper = _proxied(w, declaration_id)
    read = read_paper(data, name, field="mandate")
    _spend_codes(w, paper)
    row = _new(w, paper, Way.PAPER, ConsentState.ASKED)
    w.attach(row, read.data, f"mandate/{read.name}", read.media_type)
    _given(w, paper, row)
    return row.id


def consent_by_call(
    w: Work, declaration_id: UUID, *, call: CallNote, data: bytes, name: str
) -> UUID:
    """Keep a recorded call as the owner's consent, with the note of the call itself."""
    paper = _proxied(w, declaration_id)
    media_type, ending = read_recording(data, name)
    _spend_codes(w, paper)
    row = _new(w, paper, Way.CALL, ConsentState.ASKED)
    row.call_id = note_call(w, call, declaration_id=paper.id)
    w.attach(row, data, f"recording/{w.now:%Y%m%d%H%M}{ending}", media_type)
    _given(w, paper, row)
    return row.id


def _proxied(w: Work, declaration_id: UUID) -> Declaration:
    paper = own(w, declaration_id)
    if not paper.is_proxy or w.actor.organisation_id == paper.organisation_id:
        raise NotAllowed("这份申报不是代办的，不用取得同意。")
    if State(paper.state) not in EDITABLE:
        raise NotAllowedNow("这份申报已经受理或办结。")
    return paper


def _spend_codes(w: Work, paper: Declaration) -> None:
    """Let no older code of the declaration be given or answered any more."""
    for row in w.scalars(
        select(ProxyConsent).where(
            ProxyConsent.declaration_id == paper.id,
            ProxyConsent.state == ConsentState.ASKED.value,
        )
    ):
        row.state, row.code = ConsentState.SPENT.value, None
    w.session.flush()


def _new(w: Work, paper: Declaration, way: Way, state: ConsentState) -> ProxyConsent:
    if w.actor.person_id is None:
        raise NotAllowed
    return w.add(
        ProxyConsent(
            id=w.new_id(),
            declaration_id=paper.id,
            organisation_id=paper.organisation_id,
            office_id=paper.office_id,
            way=way.value,
            state=state.value,
            digest=seal_of(content_of(paper)),
            asked_by_id=w.actor.person_id,
            asked_at=w.now,
            guesses=0,
        )
    )


def _given(w: Work, paper: Declaration, row: ProxyConsent) -> None:
    row.state, row.given_at, row.code = ConsentState.GIVEN.value, w.now, None
    fact = ConsentGiven(row.way, row.digest)
    w.record(fact, on=row, county=paper.origin_code)
    if row.way in {Way.PAPER.value, Way.CALL.value}:
        accounts.tell(
            w,
            to_organisation=paper.organisation_id,
            kind="declaration",
            subject=f"申报点记下了您同意代办（{WAY_WORDS[Way(row.way)]}）。不是您同意的，请马上打电话。",
            link=f"/declarations/{paper.id}",
        )
