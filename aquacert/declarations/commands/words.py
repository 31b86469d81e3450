"""Questions and answers on the declaration itself, between its owner and the office."""

from __future__ import annotations

from uuid import UUID

from aquacert.accounts import commands as accounts
from aquacert.declarations.commands.facts import WordSaid
from aquacert.declarations.models import DeclarationWord
from aquacert.declarations.queries.facts import declaration
from aquacert.declarations.queries.words import words_of
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean

LONGEST = 500
MOST = 100
"""Words on one declaration; more than that is a telephone call."""


def say(w: Work, declaration_id: UUID, words: str) -> UUID:
    """Ask or answer on a declaration that was sent, and let the other side know.

    Raises `Invalid` for an empty or a very long text, `NotAllowedNow` before sending,
    `NotAllowed` for whoever is neither the owner's nor an official in whose county it lies.
    """
    paper = declaration(w, declaration_id)
    if paper.submitted_at is None:
        raise NotAllowedNow("提交以后才能和申报点问答。现在有问题，请打电话。")
    text = clean(words, field="words", longest=LONGEST, lines=True)
    if not text:
        raise Invalid("还没有写。", words="请写要问或要答的话。")
    own = w.actor.organisation_id == paper.organisation_id
    is_vet = w.actor.person_id is not None and w.actor.person_id == paper.vet_id
    if not (own or is_vet or w.actor.may(P.DECLARATION_ACCEPT)):
        raise NotAllowed("只有货主和申报点能在这里问答。")
    if len(words_of(w, declaration_id)) >= MOST:
        raise NotAllowedNow("问答太多了，请打电话说清楚。")
    row = w.add(
        DeclarationWord(
            id=w.new_id(),
            declaration_id=paper.id,
            said_by_id=w.actor.person_id,
            from_office=not own,
            words=text,
            said_at=w.now,
        )
    )
    fact = WordSaid(paper.number or "", not own, len(text))
    w.record(fact, on=paper, county=paper.origin_code)
    accounts.tell(
        w,
        to_organisation=paper.office_id if own else paper.organisation_id,
        kind="declaration",
        subject=f"{paper.number} 有新的{'提问' if own else '答复'}。",
        link=f"/declarations/{paper.id}",
    )
    return row.id
