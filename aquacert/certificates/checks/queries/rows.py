"""One certificate against everything that must agree with it: asked for each public page made.

Two statements, by primary keys and indexes only, whatever the size of the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, literal, or_, select

from aquacert.certificates.models import (
    Certificate,
    CertificateNumber,
    CheckFinding,
    CoveredBatch,
    Issuance,
    Leaf,
    RecallHit,
    Standing,
)
from aquacert.certificates.rules.ledger import TITLES, RowFacts, disagreements
from aquacert.certificates.rules.recalls import HitState
from aquacert.certificates.rules.states import Stage, Status
from aquacert.kernel.audit import WHOLE, AuditEntry
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.trust.cose import peek_kid
from aquacert.trust.errors import Refused
from aquacert.trust.record import Record

CERTS, PLANS, STANDINGS = table_of(Certificate), table_of(Issuance), table_of(Standing)
NUMBERS, LINES, LEAVES = table_of(CertificateNumber), table_of(CoveredBatch), table_of(Leaf)
ENTRIES, MOVES, FINDINGS = table_of(AuditEntry), table_of(JournalEntry), table_of(CheckFinding)
HITS = table_of(RecallHit)
ISSUED = "certificates:certificate:issue"
ACT_TAGS = {
    "valid": "certificates:certificate:resume",
    "suspended": "certificates:certificate:suspend",
    "void": "certificates:certificate:void",
    "replaced": "certificates:certificate:replace",
    "recalled": "certificates:certificate:recall",
}
PLANNED = ("number", "public_id", "load_id", "office_id", "county", "status_list", "status_index")
REPEATED = tuple(TITLES)
Facts = Row[*tuple[Any, ...]]


def in_doubt(look: Look, certificate_id: UUID) -> tuple[str, ...]:
    """Return why a certificate must not be shown as good, in Chinese; empty = nothing against it.

    What disagrees now, found anew; and what the last check found and nobody has settled.
    """
    row = look.row(ONE, the=certificate_id)
    if row is None:
        return ("没有这张证书的登记",)
    tags = frozenset(found.tag for found in look.rows(TAGS, of=str(certificate_id)))
    known = ("最近一次核查发现不符，还没有处理",) if row.open_finding else ()
    return tuple(sentence for _lint, sentence in judged(row, tags)) + known


def ids_after(look: Look, after: UUID | None, count: int) -> list[UUID]:
    """Return the next certificates in order of id."""
    ids = select(CERTS.c.id).order_by(CERTS.c.id).limit(count)
    if after is not None:
        ids = ids.where(CERTS.c.id > after)
    return [row.id for row in look.session.connection().execute(ids)]


def rows_of(look: Look, certificate_ids: Collection[UUID]) -> list[Facts]:
    """Return these certificates with everything that must agree with each."""
    statement = EVERY.where(CERTS.c.id.in_(certificate_ids)).order_by(CERTS.c.id)
    return list(look.session.connection().execute(statement))


def tags_of(look: Look, certificate_ids: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
    """Return the tags of everything the trail says of each of these certificates."""
    statement = select(ENTRIES.c.subject_id, ENTRIES.c.tag).where(
        ENTRIES.c.subject_kind == CERTS.name,
        ENTRIES.c.subject_id.in_([str(one) for one in certificate_ids]),
    )
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    for subject, tag in look.session.connection().execute(statement):
        found[UUID(subject)].add(tag)
    return {one: frozenset(tags) for one, tags in found.items()}


def judged(row: Facts, tags: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return (lint id, sentence) of everything about a row that disagrees; `tags` of its trail."""
    return disagreements(_facts(row, tags))


def _facts(row: Facts, tags: frozenset[str]) -> RowFacts:
    columns = {name: getattr(row, name) for name in REPEATED}
    published = row.plan_stage == Stage.PUBLISHED.value
    return RowFacts(
        row=columns,
        said=_said(row),
        planned=_planned(row) if published else None,
        status=row.status,
        last_move=row.last_move,
        last_leaf=row.last_leaf,
        is_audited=ISSUED in tags,
        is_act_audited=row.is_of_a_recall
        or ACT_TAGS.get(row.status or "") in tags
        or (row.status == Status.VALID.value and row.last_move is None),
        number_state=row.number_state,
        covered=int(row.covered or 0),
    )


def _planned(row: Facts) -> dict[str, object]:
    plan: dict[str, object] = {name: getattr(row, f"plan_{name}") for name in PLANNED}
    plan["record"], plan["vet_id"] = row.plan_record, row.plan_vet_id
    plan["replaces_id"] = row.plan_replaces_id
    return plan


def _said(row: Facts) -> dict[str, object]:
    """Return what the signed record and the code say, by the names of the row's columns."""
    try:
        record = Record.decode(row.record)
        kid = peek_kid(row.cose).hex()
    except (Refused, ValueError):
        return {"record": b""}
    same = ("number", "public_id", "kind", "origin_code", "destination_code", "species_code")
    more = ("species", "quantity", "unit", "vet_number", "status_list", "status_index", "is_demo")
    said: dict[str, object] = {name: getattr(record, name) for name in (*same, *more)}
    return said | {
        "load_no": record.load,
        "declaration_no": record.declaration,
        "office": record.body,
        "county": record.origin_code,
        "key_id": kid,
        "issued_at": record.issued,
        "issued_on": legal_day(record.issued),
        "valid_until": record.ends,
    }


def _question() -> Select[*tuple[Any, ...]]:
    """Return the question behind every row: outer joins by key, and the newest of each trail."""
    bulk = select(HITS.c.id).where(
        HITS.c.certificate_id == CERTS.c.id, HITS.c.state != HitState.WAITING.value
    )
    newest_move = (
        select(MOVES.c.to_state)
        .where(MOVES.c.subject_kind == STANDINGS.name, MOVES.c.subject_id == CERTS.c.id)
        .order_by(MOVES.c.seq.desc())
        .limit(1)
    )
    newest_leaf = (
        select(LEAVES.c.act)
        .where(LEAVES.c.certificate_id == CERTS.c.id)
        .order_by(LEAVES.c.position.desc())
        .limit(1)
    )
    covered = select(func.sum(LINES.c.quantity)).where(LINES.c.certificate_id == CERTS.c.id)
    against = FINDINGS.c.is_error & FINDINGS.c.settled_at.is_(None)
    city = func.substr(CERTS.c.county, 1, 4).concat("00")
    province = func.substr(CERTS.c.county, 1, 2).concat("0000")
    above = (CERTS.c.county, city, province, literal(WHOLE))
    here = FINDINGS.c.spreads & FINDINGS.c.county.in_(above)
    open_finding = select(FINDINGS.c.id).where(
        against, or_(FINDINGS.c.certificate_id == CERTS.c.id, here)
    )
    return (
        select(
            CERTS.c.id,
            *(CERTS.c[name] for name in REPEATED),
            CERTS.c.cose,
            CERTS.c.declaration_id,
            PLANS.c.stage.label("plan_stage"),
            *(PLANS.c[name].label(f"plan_{name}") for name in PLANNED),
            PLANS.c.record.label("plan_record"),
            PLANS.c.planned_by_id.label("plan_vet_id"),
            PLANS.c.replaces_id.label("plan_replaces_id"),
            STANDINGS.c.status,
            NUMBERS.c.state.label("number_state"),
            newest_move.scalar_subquery().label("last_move"),
            newest_leaf.scalar_subquery().label("last_leaf"),
            covered.scalar_subquery().label("covered"),
            bulk.exists().label("is_of_a_recall"),
            open_finding.exists().label("open_finding"),
        )
        .select_from(CERTS)
        .outerjoin(PLANS, PLANS.c.id == CERTS.c.id)
        .outerjoin(STANDINGS, STANDINGS.c.id == CERTS.c.id)
        .outerjoin(NUMBERS, NUMBERS.c.number == CERTS.c.number)
    )


EVERY = _question()
ONE = Quick(EVERY.where(CERTS.c.id == bindparam("the")))
TAGS = Quick(
    select(ENTRIES.c.tag).where(
        ENTRIES.c.subject_kind == CERTS.name, ENTRIES.c.subject_id == bindparam("of")
    )
)
"""Made once: a page would spend more on building the question than on asking it."""
