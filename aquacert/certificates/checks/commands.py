"""Check everything issued, keep what was found, and let the pages of what is in doubt turn.

Reading takes as long as it takes and holds no lock; what was found is written in one short act.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update

from aquacert.certificates.checks.queries.relint import AGAIN, relint
from aquacert.certificates.checks.queries.rows import Facts, ids_after, judged, rows_of, tags_of
from aquacert.certificates.checks.queries.whole import Whole, whole
from aquacert.certificates.models import (
    Certificate,
    Change,
    CheckFinding,
    CheckRun,
    Counter,
    CoveredBatch,
)
from aquacert.certificates.peers.queries import own_list
from aquacert.certificates.rules.lints import LINTS, Moment, of_moment
from aquacert.hatcheries.queries.stockcheck import taken_by
from aquacert.kernel.audit import WHOLE, AuditEntry, Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound, Unavailable
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look, Work
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing
from aquacert.trust.trustlist import TrustList, read_claims

STRETCH = 200
CHANGES = "changes"
RIGHT_AGAIN = "复核相符"
Progress = Callable[[int, int], None]
"""Told (certificates done, certificates in all)."""
Monitor = Callable[[Look], Iterable[str]]
"""A check of the public log that yields a sentence for everything wrong with it."""


@dataclass(frozen=True)
class ChecksRun(Fact):
    """Everything issued was checked."""

    tag: ClassVar[str] = "certificates:check:run"
    title: ClassVar[str] = "复核全部证书"
    issued: int
    bad: int
    findings: int


@dataclass(frozen=True)
class FindingSettled(Fact):
    """Somebody looked into a finding and answers for it."""

    tag: ClassVar[str] = "certificates:finding:settle"
    title: ClassVar[str] = "核查发现已处理"
    lint: str
    subject: str
    because: str


@dataclass
class Outcome:
    """What a run looked at and found."""

    started_at: datetime
    issued: int = 0
    good: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    bad: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[tuple[str, str], Whole] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many findings there are."""
        return len(self.found)

    def add(self, one: Whole) -> None:
        """Take up a finding; a second one of the same lint and subject adds its words."""
        key = (one.lint, one.subject)
        before = self.found.get(key)
        detail = f"{before.detail}；{one.detail}" if before else one.detail
        self.found[key] = Whole(one.lint, one.subject, one.county, detail, one.certificate_id)

    def count(self, lints: Iterable[str], failed: set[str]) -> None:
        """Count one certificate under every lint it was asked."""
        for lint in lints:
            (self.bad if lint in failed else self.good)[lint] += 1


PER_ROW = frozenset(AGAIN) | {
    *("signature.good", "row.as_signed", "row.planned", "row.covers_batches", "row.audited"),
    *("row.in_log", "standing.journaled", "number.once_and_explained", "stock.ledger_balances"),
}
"""Lints that every certificate is asked."""


def check(
    database: Database,
    keys: KeyRing,
    *,
    by: str = "系统",
    progress: Progress | None = None,
    monitor: Monitor | None = None,
) -> Outcome:
    """Check every certificate, every chain and the log; store the run; return what it found."""
    trust = own_list(keys)
    with database.look(SYSTEM) as look:
        outcome = Outcome(look.now)
        total = look.session.scalar(select(func.count()).select_from(Certificate)) or 0
        for one in whole(look):
            outcome.add(one)
        for sentence in () if monitor is None else monitor(look):
            outcome.add(Whole("log.whole", "log", WHOLE, sentence))
        for lint in set(of_moment(Moment.LEDGER)) - PER_ROW:
            wrong = sum(one.lint == lint for one in outcome.found.values())
            outcome.bad[lint], outcome.good[lint] = wrong, int(not wrong)
    for rows in _stretches(database, outcome):
        with database.look(SYSTEM) as look:
            _check_rows(look, rows, trust, outcome)
        if progress is not None:
            progress(outcome.issued, total)
    with database.work(SYSTEM) as w:
        _store(w, outcome, by)
    return outcome


def settle(w: Work, finding_id: UUID, because: str) -> None:
    """Answer for a finding: its pages go by what stands from now on; raise `Invalid` unreasoned.

    What still disagrees keeps a certificate's own page in doubt all the same: this ends only what
    cannot be made undone, such as a gap in the trail.
    """
    if len(because.strip()) < len("原因"):
        raise Invalid("请写明查明的情况。", because="请写明查明的情况，至少两个字。")
    row = w.session.scalar(
        select(CheckFinding).where(CheckFinding.id == finding_id).with_for_update()
    )
    if row is None:
        raise NotFound
    if row.settled_at is not None:
        raise NotAllowedNow("这一条已经处理过了。")
    row.settled_at, row.settled_because = w.now, because.strip()
    row.settled_by_id, row.settled_by = w.actor.person_id, w.actor.label
    fact = FindingSettled(row.lint, row.subject, because)
    w.record(fact, on=row, county=row.county, reason=because)
    _turn_pages(w, [row])


def _stretches(database: Database, outcome: Outcome) -> Iterator[list[Facts]]:
    after: UUID | None = None
    while True:
        with database.look(SYSTEM) as look:
            ids = ids_after(look, after, STRETCH)
            rows = list(_readable(look, ids, outcome))
        if not ids:
            return
        yield rows
        after = ids[-1]


def _readable(look: Look, ids: list[UUID], outcome: Outcome) -> Iterator[Facts]:
    """Yield the rows of certificates; one whose record is spoilt is found and stops no other."""
    try:
        yield from rows_of(look, ids)
        return
    except Unavailable:
        # One row's ciphertext was changed, or the secret is not the one used: told row by row.
        pass
    for one in ids:
        try:
            yield from rows_of(look, [one])
        except Unavailable as error:
            known = select(Certificate.number, Certificate.county).where(Certificate.id == one)
            number, county = look.session.execute(known).one()
            outcome.add(Whole("row.as_signed", number, county, error.sentence, one))
            outcome.count(("row.as_signed",), {"row.as_signed"})
            outcome.issued += 1


def _check_rows(look: Look, rows: list[Facts], trust: TrustList, outcome: Outcome) -> None:
    ids = [row.id for row in rows]
    tags, taken = tags_of(look, ids), taken_by(look, ids)
    owed = _owed(look, ids)
    for row in rows:
        found = [*judged(row, tags.get(row.id, frozenset())), *relint(look, row)]
        found += _signature(row, trust)
        if taken.get(row.id, 0) != owed.get(row.id, 0):
            detail = f"台账扣了 {taken.get(row.id, 0)}，证书批次 {owed.get(row.id, 0)}"
            found.append(("stock.ledger_balances", detail))
        for lint, detail in found:
            outcome.add(Whole(lint, row.number, row.county, detail, row.id))
        outcome.count(PER_ROW, {lint for lint, _detail in found})
        outcome.issued += 1


def _signature(row: Facts, trust: TrustList) -> list[tuple[str, str]]:
    try:
        read_claims(row.cose, trust)
    except Refused as refused:
        return [("signature.good", refused.sentence)]
    return []


def _owed(look: Look, ids: list[UUID]) -> dict[UUID, int]:
    """Return how much of farmed lots each certificate's lines cover."""
    rows = look.session.execute(
        select(CoveredBatch.certificate_id, func.sum(CoveredBatch.quantity))
        .where(CoveredBatch.certificate_id.in_(ids), CoveredBatch.lot_id.is_not(None))
        .group_by(CoveredBatch.certificate_id)
    )
    return {one: int(total) for one, total in rows}


def _store(w: Work, outcome: Outcome, by: str) -> None:
    """Keep the run; open what is new, close what is right again, and turn the pages of both."""
    counts = {
        lint: [outcome.good.get(lint, 0), outcome.bad.get(lint, 0)]
        for lint in sorted(set(outcome.good) | set(outcome.bad))
    }
    run = w.add(
        CheckRun(
            id=w.new_id(),
            started_at=outcome.started_at,
            finished_at=w.now,
            by=by,
            issued=outcome.issued,
            bad=len(outcome.found),
            counts=counts,
        )
    )
    opened = {
        (row.lint, row.subject): row
        for row in w.scalars(select(CheckFinding).where(CheckFinding.settled_at.is_(None)))
    }
    changed = [_open(w, run, one) for key, one in _new(w, outcome, set(opened)) if key]
    for key, row in opened.items():
        if key in outcome.found:
            row.last_run_id, row.detail = run.id, outcome.found[key].detail
        else:
            row.settled_at, row.settled_because, row.settled_by = w.now, RIGHT_AGAIN, by
            changed.append(row)
    w.record(ChecksRun(outcome.issued, len(outcome.found), len(changed)), on=run, county=WHOLE)
    _turn_pages(w, changed)


def _new(
    w: Work, outcome: Outcome, opened: set[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], Whole]]:
    """Yield what was found, is not open, and was not answered for by a person word for word.

    An answer counts when the trail holds it: a row of findings can be written by hand.
    """
    told = set(w.scalars(select(AuditEntry.subject_id).where(AuditEntry.tag == FindingSettled.tag)))
    answered = select(
        CheckFinding.id, CheckFinding.lint, CheckFinding.subject, CheckFinding.detail
    ).where(CheckFinding.settled_by_id.is_not(None))
    known = {
        (lint, subject, detail)
        for one, lint, subject, detail in w.session.execute(answered)
        if str(one) in told
    }
    for key, one in outcome.found.items():
        if key not in opened and (*key, one.detail) not in known:
            yield key, one


def _open(w: Work, run: CheckRun, one: Whole) -> CheckFinding:
    lint = LINTS[one.lint]
    return w.add(
        CheckFinding(
            id=w.new_id(),
            lint=one.lint,
            subject=one.subject,
            certificate_id=one.certificate_id,
            county=one.county,
            spreads=lint.spreads,
            is_error=lint.doubts,
            detail=one.detail,
            found_at=w.now,
            first_run_id=run.id,
            last_run_id=run.id,
            settled_at=None,
            settled_by_id=None,
            settled_by="",
            settled_because="",
        )
    )


def _turn_pages(w: Work, findings: Iterable[CheckFinding]) -> None:
    """Wake the kept pages of everything whose doubt came or went. Last in its transaction."""
    ids, counties = set(), set()
    for row in findings:
        if not row.is_error:
            continue
        if row.spreads:
            counties.add(row.county)
        elif row.certificate_id is not None:
            ids.add(row.certificate_id)
    touched = select(Certificate.id, Certificate.public_id)
    if WHOLE not in counties:
        below = [Certificate.county.startswith(_common(code)) for code in sorted(counties)]
        touched = touched.where(or_(Certificate.id.in_(ids), *below))
    if ids or counties:
        _touch(w, [(one, public_id) for one, public_id in w.session.execute(touched)])


def _common(code: str) -> str:
    """Return the digits that a place and everything in it begin with: 320000 → 32, 320600 → 3206."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def _touch(w: Work, pages: list[tuple[UUID, str]]) -> None:
    """Write one change for each page under one lock of the serial."""
    if not pages:
        return
    last = w.session.scalars(
        update(Counter)
        .where(Counter.name == CHANGES)
        .values(value=Counter.value + len(pages))
        .returning(Counter.value),
        execution_options={"synchronize_session": False},
    ).one()
    first = last - len(pages) + 1
    w.session.execute(
        insert(Change),
        [
            {
                "seq": first + at,
                "certificate_id": one,
                "public_id": public_id,
                "act": "page",
                "at": w.now,
            }
            for at, (one, public_id) in enumerate(pages)
        ],
    )
