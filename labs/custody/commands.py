"""Write one fact into a sample's chain."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Work
from labs.custody.models import CustodyHead, CustodyLink
from labs.custody.queries import SUBJECT
from labs.custody.rules import (
    GENESIS,
    SALT_LETTERS,
    Act,
    Link,
    private_digest,
    sealed,
    unknown_facts,
)
from labs.register.models import Laboratory


@dataclass(frozen=True)
class CustodyNoted(Fact):
    """A link was added to a sample's chain; its hash here is what holds the table to the truth."""

    tag: ClassVar[str] = "labs:custody:note"
    title: ClassVar[str] = "样品流转"
    code: str
    sequence: int
    act: str
    hash: str


def new_salt() -> str:
    """Return a salt for private facts; whoever makes it keeps it."""
    return secrets.token_hex(SALT_LETTERS // 2)


def note(
    w: Work,
    blind_code: str,
    act: Act | str,
    *,
    public: Mapping[str, str] | None = None,
    private: Mapping[str, str] | None = None,
    holder: str = "",
) -> str:
    """Add a fact to a sample's chain and return the new hash.

    `private` must hold a "salt" (see `new_salt`); only its digest is kept. Raises `ValueError` for
    a public fact that no link may show or for private facts without salt (both are mistakes of the
    program), `NotAllowedNow` once the sample is destroyed.
    """
    shown = {key: str(value) for key, value in (public or {}).items()}
    if wrong := unknown_facts(shown):
        raise ValueError(f"a link of custody must not show {', '.join(wrong)}")
    head = _locked_head(w, blind_code)
    _not_destroyed(w, blind_code, head.sequence)
    link = sealed(
        Link(
            code=blind_code,
            sequence=head.sequence + 1,
            at=w.now,
            act=Act(act).value,
            holder=holder or holder_of(w),
            public=shown,
            private_digest=private_digest(private),
            previous=head.hash,
        )
    )
    head.sequence, head.hash = link.sequence, link.hash
    w.add(_row(w.new_id(), link))
    fact = CustodyNoted(blind_code, link.sequence, link.act, link.hash)
    w.record(fact, on=(SUBJECT, blind_code))
    return link.hash


def holder_of(w: Work) -> str:
    """Return who holds the sample now: a laboratory by its name, anybody else by role alone.

    Before the laboratory a body's name would name the county, and with it often the farm.
    """
    labs = sorted(w.actor.scope.lab_ids)
    if labs and (row := w.session.get(Laboratory, labs[0])) is not None:
        return f"{row.name_zh} {w.actor.label}"
    return w.actor.label


def _row(key: UUID, link: Link) -> CustodyLink:
    return CustodyLink(
        id=key,
        blind_code=link.code,
        sequence=link.sequence,
        at=link.at,
        act=link.act,
        holder=link.holder,
        public=dict(link.public),
        private_digest=link.private_digest,
        previous=link.previous,
        hash=link.hash,
    )


def _locked_head(w: Work, code: str) -> CustodyHead:
    """Return the chain's head, locked; make it when the chain begins."""
    wanted = (
        select(CustodyHead)
        .where(CustodyHead.blind_code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = w.session.scalar(wanted)
    if found is not None:
        return found
    try:
        with w.session.begin_nested():
            row = CustodyHead(id=w.new_id(), blind_code=code, sequence=0, hash=GENESIS)
            w.session.add(row)
            w.session.flush()
    except IntegrityError:  # somebody began it in the same moment
        return w.session.scalars(wanted).one()
    return row


def _not_destroyed(w: Work, code: str, sequence: int) -> None:
    last = w.one(
        select(CustodyLink.act).where(
            CustodyLink.blind_code == code, CustodyLink.sequence == sequence
        )
    )
    if last == Act.DESTROYED:
        raise NotAllowedNow(f"盲样 {code} 已经销毁，不能再有流转。")
