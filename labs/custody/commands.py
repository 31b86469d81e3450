"""Write one fact into a sample's chain."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from aquacert.kernel.audit import Fact
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.quick import Quick
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

# A whole plate is noted at once: the statements are made once, on the bare tables.
LINKS, HEADS = table_of(CustodyLink), table_of(CustodyHead)
READ_HEAD = Quick(
    select(HEADS.c.sequence, HEADS.c.hash)
    .where(HEADS.c.blind_code == bindparam("of"))
    .with_for_update()
)
# Asked after the head is locked: PostgreSQL reads a joined table as it was before the wait.
READ_ACT = Quick(
    select(LINKS.c.act).where(
        LINKS.c.blind_code == bindparam("of"), LINKS.c.sequence == bindparam("at_sequence")
    )
)
WRITE_LINK = Quick(insert(LINKS).inline(), [column.name for column in LINKS.c])
MOVE_HEAD = Quick(
    update(HEADS)
    .where(HEADS.c.blind_code == bindparam("of"))
    .values(sequence=bindparam("to_sequence"), hash=bindparam("to_hash"))
)


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
    last = w.row(READ_ACT, of=blind_code, at_sequence=head.sequence)
    if last is not None and last.act == Act.DESTROYED:
        raise NotAllowedNow(f"盲样 {blind_code} 已经销毁，不能再有流转。")
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
    w.rows(WRITE_LINK, id=w.new_id(), **_columns(link))
    w.rows(MOVE_HEAD, of=blind_code, to_sequence=link.sequence, to_hash=link.hash)
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


def _columns(link: Link) -> dict[str, object]:
    return {
        "blind_code": link.code,
        "sequence": link.sequence,
        "at": link.at,
        "act": link.act,
        "holder": link.holder,
        "public": dict(link.public),
        "private_digest": link.private_digest,
        "previous": link.previous,
        "hash": link.hash,
    }


def _locked_head(w: Work, code: str) -> Any:  # noqa: ANN401 (a named tuple)
    """Return where the chain stands, locked; make the head when it begins."""
    found = w.row(READ_HEAD, of=code)
    if found is None:
        values = {"id": w.new_id(), "blind_code": code, "sequence": 0, "hash": GENESIS}
        with suppress(IntegrityError), w.session.begin_nested():  # begun by somebody else just now
            w.session.execute(insert(HEADS), values)
        found = w.row(READ_HEAD, of=code)
    return found
