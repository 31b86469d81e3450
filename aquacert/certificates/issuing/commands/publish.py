"""Last step: everything that makes a certificate public, in one transaction; or nothing of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from aquacert.certificates.issuing.commands.facts import CertificateIssued, IssuanceAbandoned
from aquacert.certificates.issuing.commands.plan import Planned
from aquacert.certificates.issuing.commands.sign import Signed
from aquacert.certificates.issuing.queries.guard import arrived_meanwhile
from aquacert.certificates.issuing.queries.plans import certified
from aquacert.certificates.log import commands as log
from aquacert.certificates.log.commands import Subject
from aquacert.certificates.models import (
    BackingReport,
    Certificate,
    CoveredBatch,
    Issuance,
    Standing,
)
from aquacert.certificates.numbers import commands as numbers
from aquacert.certificates.rules.states import Act, Stage, Status
from aquacert.certificates.status import commands as status
from aquacert.declarations import commands as declarations
from aquacert.hatcheries.commands import stock
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Conflict, NotReady
from aquacert.kernel.quick import Quick
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work

# The hot road: statements made once, on the bare tables.
ISSUANCES = table_of(Issuance)
WRITE_CERTIFICATE = Quick(insert(table_of(Certificate)).inline(), table_of(Certificate).c.keys())
WRITE_STANDING = Quick(insert(table_of(Standing)).inline(), table_of(Standing).c.keys())
WRITE_LINE = Quick(insert(table_of(CoveredBatch)).inline(), table_of(CoveredBatch).c.keys())
WRITE_REPORT = Quick(insert(table_of(BackingReport)).inline(), table_of(BackingReport).c.keys())
SETTLE = Quick(
    update(ISSUANCES)
    .where(ISSUANCES.c.id == bindparam("the"), ISSUANCES.c.stage == Stage.PLANNED.value)
    .values(stage=Stage.PUBLISHED.value, settled_at=bindparam("now"))
    .returning(ISSUANCES.c.id)
)


def publish(w: Work, planned: Planned, signed: Signed) -> UUID:
    """Make the certificate public; return its id.

    Raises `Conflict` when the plan was cleared up meanwhile, and lets the database's own refusal
    through when another certificate of this load was faster.
    """
    record, replaces_id = planned.record, planned.order.replaces_id
    _settle(w, planned)
    w.rows(WRITE_CERTIFICATE, **certificate_values(planned, signed))
    old = None
    if replaces_id is not None:
        old = status.give_way(w, replaces_id, planned.id, record.number, planned.order.because)
    w.rows(WRITE_STANDING, **_standing_values(w, planned))
    w.rows_of_many(WRITE_LINE, _line_values(w, planned))
    w.rows_of_many(WRITE_REPORT, _report_values(w, planned))
    numbers.use_number(w, record.number)
    _debit(w, planned)
    if old is None:
        declarations.mark_certified(w, planned.order.load_id)
    w.record(
        _issued(planned, signed),
        on=("certificates", str(planned.id)),
        county=planned.started.ready.load.origin_code,
    )
    w.tell(Topic.CERTIFICATE_ISSUED, planned.id)
    if old is not None:
        status.tell(w, old, Act.REPLACE)
    subject = Subject(planned.id, record.public_id, record.number, planned.payload)
    log.append(w, subject, Act.ISSUE)
    _within_inspected(w, planned)
    _nothing_arrived(w, planned)
    return planned.id


def _nothing_arrived(w: Work, planned: Planned) -> None:
    """Raise `NotReady` when a halt, a zone or a report came in while the keys signed."""
    reasons = arrived_meanwhile(w, planned.started.ready)
    if reasons:
        said = tuple(dict.fromkeys(reason.sentence for reason in reasons))
        raise NotReady(said, "签发前情况有变，没有签发：" + "".join(said))


def _within_inspected(w: Work, planned: Planned) -> None:
    """Raise `Conflict` when another load of the same batches was certified meanwhile.

    Two loads may both read "enough was inspected" before either is published. The log's lock is
    taken by now, so publications come one after another and the second one sees the first.
    """
    ready = planned.started.ready
    for line, batch in zip(ready.load.lines, ready.facts.batches, strict=True):
        if certified(w, line.batch_id, None) > (batch.inspected_quantity or 0):
            raise Conflict("同一批的另一车刚刚出证，查验数不够这一车了。请刷新后核对。")


def abandon(
    w: Work, issuance_id: UUID, number: str, load_id: UUID, because: str, county: str
) -> bool:
    """Give a plan up and make its number void; say whether it was still open."""
    still_open = (
        select(Issuance.id)
        .where(Issuance.id == issuance_id, Issuance.stage == Stage.PLANNED.value)
        .with_for_update()
    )
    if w.session.scalar(still_open) is None:
        return False
    w.session.execute(
        update(Issuance)
        .where(Issuance.id == issuance_id)
        .values(stage=Stage.ABANDONED.value, because=because, settled_at=w.now),
        execution_options={"synchronize_session": False},
    )
    if numbers.is_reserved(w, number):  # else it was cleared up before the plan was written
        numbers.void_reserved(w, number, because, county=county)
    w.record(
        IssuanceAbandoned(number, load_id, because),
        on=("certificates", str(issuance_id)),
        county=county,
        reason=because,
    )
    return True


def certificate_values(planned: Planned, signed: Signed) -> dict[str, object]:
    """Return the sealed row: the record, its signatures, and what lists ask for."""
    record, load = planned.record, planned.started.ready.load
    return {
        "id": planned.id,
        "number": record.number,
        "public_id": record.public_id,
        "kind": record.kind,
        "load_id": load.load_id,
        "load_no": str(load.load_no),
        "declaration_id": load.declaration_id,
        "declaration_no": load.declaration_no,
        "organisation_id": load.organisation_id,
        "office_id": load.office_id,
        "office": record.body,
        "county": load.origin_code,
        "origin_code": record.origin_code,
        "destination_code": record.destination_code,
        "species_code": record.species_code,
        "species": record.species,
        "quantity": record.quantity,
        "unit": record.unit,
        "vet_id": planned.started.ready.facts.signer_id,
        "vet_number": record.vet_number,
        "record": planned.record_bytes,
        "cose": signed.cose,
        "key_id": signed.key_id,
        "vet_signature": signed.vet,
        "issued_at": record.issued,
        "issued_on": legal_day(record.issued),
        "departs_at": load.departs_at,
        "valid_until": record.ends,
        "status_list": record.status_list,
        "status_index": record.status_index,
        "replaces_id": planned.order.replaces_id,
        "is_demo": record.is_demo,
    }


def _settle(w: Work, planned: Planned) -> None:
    if w.row(SETTLE, the=planned.id, now=w.now) is None:
        raise Conflict("这次签发中断太久，已按作废处理。请重新签发。")


def _standing_values(w: Work, planned: Planned) -> dict[str, object]:
    return {
        "id": planned.id,
        "load_id": planned.order.load_id,
        "status": Status.VALID.value,
        "because": "",
        "successor_id": None,
        "changed_at": w.now,
        "changed_by_id": w.actor.person_id,
        "arrived_at": None,
    }


def _line_values(w: Work, planned: Planned) -> list[dict[str, object]]:
    return [
        {
            "id": w.new_id(),
            "certificate_id": planned.id,
            "batch_id": line.batch_id,
            "lot_id": line.lot_id,
            "quantity": line.load_quantity,
        }
        for line in planned.started.ready.load.lines
    ]


def _report_values(w: Work, planned: Planned) -> list[dict[str, object]]:
    """Return what names the reports each batch rests on; none where no test was required."""
    ready = planned.started.ready
    return [
        {
            "id": w.new_id(),
            "certificate_id": planned.id,
            "batch_id": line.batch_id,
            "disease_code": test.disease_code,
            "sample_id": test.sample_id,
            "report_id": test.report_id,
            "rule_id": test.rule_id,
        }
        for line, batch in zip(ready.load.lines, ready.facts.batches, strict=True)
        for test in batch.tests
        if test.report_id is not None and test.sample_id is not None
    ]


def _debit(w: Work, planned: Planned) -> None:
    """Take from each lot what the certificate covers; lots in one order, so no two wait in a ring."""
    taken: defaultdict[UUID, int] = defaultdict(int)
    for line in planned.started.ready.load.lines:
        if line.lot_id is not None:
            taken[line.lot_id] += line.load_quantity
    if len(taken) > 1:
        stock.hold_lots(w, taken)
    for lot_id in sorted(taken):
        stock.debit_certificate(w, lot_id, taken[lot_id], planned.id)


def hold_lots(w: Work, plans: Sequence[Planned]) -> None:
    """Lock every lot of several plans before the first of them locks the trail and the log."""
    lines = [line for one in plans for line in one.started.ready.load.lines]
    stock.hold_lots(w, {line.lot_id for line in lines if line.lot_id is not None})


def _issued(planned: Planned, signed: Signed) -> CertificateIssued:
    record = planned.record
    return CertificateIssued(
        number=record.number,
        kind=record.kind,
        load_id=planned.order.load_id,
        species_code=record.species_code,
        quantity=record.quantity,
        unit=record.unit,
        key_id=signed.key_id,
        replaces=str(planned.order.replaces_id or ""),
    )
