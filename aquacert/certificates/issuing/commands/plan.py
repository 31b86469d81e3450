"""Second step: the exact bytes to be signed are made, linted and stored before any key is used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert

from aquacert.certificates.issuing.commands.facts import CertificatePlanned
from aquacert.certificates.issuing.commands.reserve import Order, Started
from aquacert.certificates.issuing.queries.content import UNIT_WORDS, Allotted, preview_of
from aquacert.certificates.models import Issuance
from aquacert.certificates.rules.lint import Draft, findings
from aquacert.certificates.rules.states import Stage
from aquacert.certificates.status import queries as status
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work
from aquacert.trust.claims import QrClaims
from aquacert.trust.qr import new_public_id
from aquacert.trust.record import Record

WRITE_PLAN = Quick(insert(table_of(Issuance)).inline(), table_of(Issuance).c.keys())


@dataclass(frozen=True)
class Planned:
    """What will be signed: the record, the payload that carries its digest, and its names."""

    id: UUID
    order: Order
    started: Started
    record: Record
    record_bytes: bytes
    payload: bytes


def plan(w: Work, order: Order, started: Started) -> Planned | tuple[str, ...]:
    """Store the plan and return it, or return the names of the lints that it failed."""
    planned = _draw_up(w, order, started)
    wrong = lint(planned, w.settings.province)
    if wrong:
        return wrong
    load = started.ready.load
    w.rows(
        WRITE_PLAN,
        id=planned.id,
        number=planned.record.number,
        public_id=planned.record.public_id,
        load_id=order.load_id,
        office_id=load.office_id,
        county=load.origin_code,
        stage=Stage.PLANNED.value,
        because="",
        preview=order.digest,
        record=planned.record_bytes,
        payload=planned.payload,
        status_list=planned.record.status_list,
        status_index=planned.record.status_index,
        replaces_id=order.replaces_id,
        planned_at=w.now,
        planned_by_id=w.actor.person_id,
        settled_at=None,
    )
    fact = CertificatePlanned(
        planned.record.number,
        order.load_id,
        order.digest,
        hashlib.sha256(planned.payload).hexdigest(),
    )
    w.record(fact, on=("certificates", str(planned.id)), county=load.origin_code)
    return planned


def lint(planned: Planned, province: str) -> tuple[str, ...]:
    """Return the names of the lints that the bytes to be signed fail, read back from themselves."""
    ready = planned.started.ready
    load = ready.load
    said = Record.decode(planned.record_bytes)
    claims = QrClaims.decode(planned.payload)
    draft = Draft(
        number=planned.started.reserved.number,
        province=province,
        kind=ready.content.kind,
        quantity=load.quantity,
        unit=UNIT_WORDS.get(load.unit, load.unit),
        species_code=load.species_code,
        origin=load.origin_code,
        destination=load.destination_code,
        issued_on=legal_day(ready.looked_at),
        valid_days=said.valid_days,
        valid_days_max=ready.facts.valid_days_max,
        confirmed=planned.order.digest,
        content=preview_of(said),
        record_digest=hashlib.sha256(planned.record_bytes).digest(),
        read_back=_read_back(claims),
        texts={name: text for name, text in vars(said).items() if isinstance(text, str)},
    )
    # That claims and record agree field by field is trust's own lint; the rest are ours.
    agreed = () if claims.are_of(planned.record_bytes) else ("qr.claims_of_the_record",)
    return agreed + findings(draft)


def _read_back(claims: QrClaims) -> dict[str, object]:
    return {
        "number": claims.number,
        "kind": claims.kind,
        "species_code": claims.species_code,
        "quantity": claims.quantity,
        "unit": claims.unit,
        "origin": claims.origin_code,
        "destination": claims.destination_code,
        "valid_days": claims.valid_days,
        "issued_on": legal_day(datetime.fromtimestamp(claims.issued_at, UTC)),
        "digest": claims.digest,
    }


def _draw_up(w: Work, order: Order, started: Started) -> Planned:
    ready = started.ready
    number, index = status.free_slot(w, w.today)
    record = ready.content.record(
        Allotted(
            number=started.reserved.number,
            public_id=new_public_id(),
            issued_at=ready.looked_at,
            status_list=number,
            status_index=index,
        )
    )
    payload = QrClaims.of(record).encode()
    return Planned(w.new_id(), order, started, record, record.encode(), payload)
