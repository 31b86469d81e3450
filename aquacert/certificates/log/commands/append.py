"""Every act on a certificate leaves one change for the pages and one leaf for the log, in order.

The leaf holds no personal data, for it is for ever: the number only as a keyed hash, the payload
only as SHA-256. Thin: leaves are hashed and kept; tiles, checkpoints and proofs are made from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from aquacert.certificates.models import Certificate, Change, Counter, Leaf, ScanCount
from aquacert.certificates.rules.states import Act
from aquacert.kernel.db import blind, table_of
from aquacert.kernel.quick import Quick, run_many
from aquacert.kernel.work import Work
from aquacert.trust.logentry import PROVINCE, Entry, read_mark
from aquacert.trust.merkle import leaf_hash

CHANGES, LEAVES = "changes", "leaves"
MOST_IDS = 500
"""Page ids asked for in one statement."""
NO_SUCH_ACT = "page"
"""The act of a change that concerns the page only: no leaf stands behind it."""

# Statements of the hot road are made once, on the bare tables.
COUNTERS, LOG, NEWS = table_of(Counter), table_of(Leaf), table_of(Change)
TAKE_BOTH = Quick(
    update(COUNTERS).values(value=COUNTERS.c.value + 1).returning(COUNTERS.c.name, COUNTERS.c.value)
)
TAKE_MANY = Quick(
    update(COUNTERS)
    .values(value=COUNTERS.c.value + bindparam("more"))
    .returning(COUNTERS.c.name, COUNTERS.c.value)
)
TAKE_CHANGE = Quick(
    update(COUNTERS)
    .where(COUNTERS.c.name == CHANGES)
    .values(value=COUNTERS.c.value + 1)
    .returning(COUNTERS.c.value)
)
HOLD_BOTH = Quick(select(COUNTERS.c.name).order_by(COUNTERS.c.name).with_for_update())
WRITE_LEAF = Quick(insert(LOG).inline(), LOG.c.keys())
WRITE_CHANGE = Quick(insert(NEWS).inline(), NEWS.c.keys())


@dataclass(frozen=True)
class Subject:
    """The certificate an act is on."""

    certificate_id: UUID
    public_id: str
    number: str
    payload: bytes


def append(w: Work, subject: Subject, act: Act) -> int:
    """Write the change and the leaf of an act; return the change's seq.

    Call it last in the transaction: it takes the one lock that every act of the province needs.
    """
    # Both counters in one statement: its row locks make the order of acts one for the province.
    taken = dict(w.rows(TAKE_BOTH))
    w.rows(WRITE_LEAF, **_leaf(w, subject, act, taken[LEAVES] - 1))
    return _change(w, taken[CHANGES], subject.certificate_id, subject.public_id, act.value)


def append_many(w: Work, subjects: Sequence[Subject], act: Act) -> None:
    """Write one act on many certificates, in their order: one lock, one statement for each table.

    Like `append` it belongs at the end of the transaction.
    """
    if not subjects:
        return
    taken = {name: value - len(subjects) for name, value in w.rows(TAKE_MANY, more=len(subjects))}
    leaves = [_leaf(w, one, act, taken[LEAVES] + place) for place, one in enumerate(subjects)]
    changes = [
        {
            "seq": taken[CHANGES] + place,
            "certificate_id": one.certificate_id,
            "public_id": one.public_id,
            "act": act.value,
            "at": w.now,
        }
        for place, one in enumerate(subjects, 1)
    ]
    run_many(w.line, WRITE_LEAF, leaves)
    run_many(w.line, WRITE_CHANGE, changes)


def await_others(w: Work) -> None:
    """Wait until every publication under way has ended: what it issued can be seen afterwards.

    A certificate reads once more what stands against it after it has taken the log's lock. Whoever
    looks for certificates because of news therefore waits for that lock first: either the
    publication saw the news, or the search finds the certificate.
    """
    w.rows(HOLD_BOTH)


def touch(w: Work, certificate_id: UUID, public_id: str) -> int:
    """Say that a page changed though the certificate did not (arrival, documents ready)."""
    taken = w.row(TAKE_CHANGE)
    if taken is None:
        raise LookupError(CHANGES)
    return _change(w, int(taken.value), certificate_id, public_id, NO_SUCH_ACT)


def fold_scans(w: Work, scans: Mapping[str, int]) -> int:
    """Add scans, by public id, to the counts of their certificates; return how many were added.

    An id without a certificate counts nothing: its certificate may be in another database's backup.
    """
    connection, table = w.session.connection(), table_of(ScanCount)
    found: dict[UUID, int] = {}
    asked = sorted(scans)
    for at in range(0, len(asked), MOST_IDS):
        some = asked[at : at + MOST_IDS]
        rows = select(Certificate.id, Certificate.public_id).where(Certificate.public_id.in_(some))
        found |= {key: scans[public_id] for key, public_id in connection.execute(rows)}
    more = (
        update(table)
        .where(table.c.certificate_id == bindparam("of"))
        .values(count=table.c.count + bindparam("more"), last_at=bindparam("at"))
    )
    for key in sorted(found):
        values = {"of": key, "more": found[key], "at": w.now}
        if connection.execute(more, values).rowcount == 0:
            row = {"certificate_id": key, "count": found[key], "last_at": w.now}
            connection.execute(insert(table).inline(), row)
    return sum(found.values())


def _leaf(w: Work, subject: Subject, act: Act, position: int) -> dict[str, object]:
    entry = entry_of(w, subject, act).encode()
    return {
        "position": position,
        "certificate_id": subject.certificate_id,
        "act": act.value,
        "at": w.now,
        "entry": entry,
        "hash": leaf_hash(entry),
    }


def entry_of(w: Work, subject: Subject, act: Act) -> Entry:
    """Return what the log will say of an act, for ever and to everybody."""
    return Entry(
        issuer=int(w.settings.province) * PROVINCE,
        mark=read_mark(blind("log", subject.number)),
        digest=hashlib.sha256(subject.payload).digest(),
        event=act.value,
        at=int(w.now.timestamp()),
    )


def _change(w: Work, seq: int, certificate_id: UUID, public_id: str, act: str) -> int:
    w.rows(
        WRITE_CHANGE,
        seq=seq,
        certificate_id=certificate_id,
        public_id=public_id,
        act=act,
        at=w.now,
    )
    return seq
