"""A scratch installation with thousands of certificates, made fast for `verify_page`.

One certificate is issued through the commands, with everything that stands behind it. The others
repeat its rows with keys, numbers, quantities and plates of their own, written straight into the
tables: so many declarations, checks and confirmations would take an hour and the page reads none of
them. What the page does read is real: each has its own canonical record and its own COSE signature
by the office's key, made by aquacert.trust, and lies encrypted as the commands would have left it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

START = datetime(2026, 5, 9, 1, 42, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]
LIVE = 1_000
VOID_EVERY = 20
"""One of twenty is void: 5 %."""
CHUNK = 3_000
CHAIN = "000999"
"""The trail of the copies: entries that a page looks for, in a chain that nobody walks."""
SPECIES_WORDS = {500_000: "伍拾万尾"}


@dataclass
class Register:
    """The installation: where it is, its pages, and one certificate issued the long way."""

    folder: Path
    opens_at: datetime
    """The instant at which the server's clock starts."""
    live: list[str]
    others: list[str]
    void_one: str
    valid_one: str
    issued_one: str
    house: Any
    ready: Any
    certificate_id: uuid.UUID

    def void_issued(self) -> None:
        """Make the certificate that was issued the long way void, through the command."""
        from aquacert.certificates.commands import void

        with self.house.database.work(self.ready.vet.actor) as w:
            void(w, self.certificate_id, "量测")


def make_register(folder: Path, others: int, database_url: str = "") -> Register:
    """Make the installation in `folder`: 1,000 certificates asked for often, and `others`."""
    from tests.make.certificates import issue_one, make_ready

    house = _house(folder, database_url)
    ready = make_ready(house.database)
    first = issue_one(house, ready)
    rows = list(_copies(house, first, LIVE + others))
    _write(house, rows)
    pages = [row["certificates"]["public_id"] for row in rows]
    with house.database.look(ready.vet.actor) as look:
        from aquacert.certificates.queries import certificate

        issued = certificate(look, first).public_id
    return Register(
        folder=folder,
        opens_at=house.database.clock.now() + timedelta(hours=6),
        live=pages[:LIVE],
        others=pages[LIVE:],
        void_one=pages[0],
        valid_one=pages[1],
        issued_one=issued,
        house=house,
        ready=ready,
        certificate_id=first,
    )


def _house(folder: Path, database_url: str) -> Any:
    from aquacert.app import open_house
    from aquacert.kernel.clock import FixedClock
    from aquacert.kernel.schema import upgrade
    from aquacert.kernel.scope import SYSTEM
    from aquacert.kernel.settings import Settings
    from aquacert.reference.commands import load_seed

    settings = Settings(data_dir=folder, database_url=database_url, password_cost=1, is_demo=False)
    upgrade(settings.db_url)
    house = open_house(settings, FixedClock(START))
    with house.database.work(SYSTEM) as w:
        load_seed(w, ROOT / "seed_data")
    return house


def _copies(house: Any, first: uuid.UUID, most: int) -> Iterator[dict[str, dict[str, Any]]]:
    """Yield the rows of each certificate by table, made after the first one."""
    from aquacert.certificates.models import (
        Certificate,
        CertificateNumber,
        CoveredBatch,
        Issuance,
        Leaf,
        Standing,
    )
    from aquacert.declarations.models import Load
    from aquacert.kernel.audit import AuditEntry
    from aquacert.kernel.ids import new_id
    from aquacert.kernel.scope import SYSTEM
    from aquacert.trust.cose import sign1
    from aquacert.trust.publickeys import Owner, Use
    from aquacert.trust.record import Record

    now = house.database.clock.now()
    with house.database.look(SYSTEM) as look:
        pattern = {}
        certificate = look.session.get(Certificate, first)
        pattern["loads"] = _values(look.session.get(Load, certificate.load_id))
        pattern["certificate_numbers"] = _values(
            look.session.query(CertificateNumber).filter_by(number=certificate.number).one()
        )
        pattern["issuances"] = _values(look.session.get(Issuance, first))
        pattern["certificates"] = _values(certificate)
        pattern["certificate_standings"] = _values(look.session.get(Standing, first))
        pattern["certificate_lines"] = _values(
            look.session.query(CoveredBatch).filter_by(certificate_id=first).one()
        )
        pattern["log_leaves"] = _values(
            look.session.query(Leaf).filter_by(certificate_id=first).one()
        )
        tag = "certificates:certificate:issue"
        pattern["audit_entries"] = _values(
            look.session.query(AuditEntry).filter_by(subject_id=str(first), tag=tag).one()
        )
    record = Record.decode(pattern["certificates"]["record"])
    owner = Owner(
        f"office:{pattern['certificates']['office_id']}", record.authority_code, record.body
    )
    signer = house.keys.load(house.keys.ensure(Use.ISSUE, owner, now=now))
    for count in range(most):
        own = _record(record, count, now)
        yield _rows(pattern, own, new_id(now), new_id(now), count, lambda p: sign1(p, signer))


def _values(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.key) for column in row.__table__.columns}


def _record(record: Any, count: int, now: datetime) -> Any:
    """Return the record of certificate `count`: its own number, page, quantity, plate, instant."""
    from aquacert.reference.rules.quantity import in_words
    from aquacert.trust.qr import new_public_id
    from aquacert.trust.record import valid_until

    quantity = 10_000 * (1 + count % 300)
    issued = now + timedelta(seconds=count)
    return replace(
        record,
        number=f"{3_200_500_000 + count}",
        public_id=new_public_id(),
        issued_at=int(issued.timestamp()),
        valid_until=int(valid_until(record.kind, issued, record.valid_days).timestamp()),
        quantity=quantity,
        quantity_words=in_words(quantity, record.unit),
        batches=tuple(replace(one, quantity=quantity) for one in record.batches),
        plate=f"示A{count:05d}",
        load=str(100 + count),
        status_index=(record.status_index + 1 + count) % (1 << 20),
    )


def _rows(pattern, record, key, load, count: int, sign) -> dict[str, dict[str, Any]]:
    from aquacert.kernel.clock import legal_day
    from aquacert.trust.claims import QrClaims

    data, payload = record.encode(), QrClaims.of(record).encode()
    is_void = count % VOID_EVERY == 0
    shared = {
        "number": record.number,
        "public_id": record.public_id,
        "load_id": load,
        "record": data,
        "status_index": record.status_index,
    }
    status = {"status": "void", "because": "量测"} if is_void else {}
    own = {
        "loads": {"id": load, "number": 100 + count, "plate": record.plate},
        "certificate_numbers": {
            "id": load,
            "number": record.number,
            "load_id": load,
            "state": "void" if is_void else "used",
            "because": "量测",
        },
        "issuances": {"id": key, **shared, "payload": payload},
        "certificates": {
            "id": key,
            **shared,
            "load_no": str(100 + count),
            "quantity": record.quantity,
            "cose": sign(payload),
            "issued_at": record.issued,
            "issued_on": legal_day(record.issued),
            "valid_until": record.ends,
        },
        "certificate_standings": {"id": key, "load_id": load, **status},
        "certificate_lines": {"id": load, "certificate_id": key, "quantity": record.quantity},
        "log_leaves": {"position": 1 + count, "certificate_id": key},
        "audit_entries": {"chain": CHAIN, "position": 1 + count, "subject_id": str(key)},
    }
    made = {table: {**pattern[table], **own[table]} for table in own}
    made["audit_entries"].pop("seq")
    return made


def _write(house: Any, rows: list[dict[str, dict[str, Any]]]) -> None:
    """Insert the rows in the order that foreign keys ask for; then the acts of the void ones."""
    from sqlalchemy import insert

    from aquacert.kernel.db import Base

    void = [row for row in rows if row["certificate_standings"]["status"] == "void"]
    acts = [_made_void(row, len(rows) + 1 + at) for at, row in enumerate(void)]
    with house.database.engine.begin() as connection:
        for some in (rows, acts):
            for table in some[0]:
                statement = insert(Base.metadata.tables[table]).inline()
                each = iter([row[table] for row in some])
                while chunk := list(islice(each, CHUNK)):
                    connection.execute(statement, chunk)
        counters = Base.metadata.tables["certificate_counters"]
        for name, value in (("leaves", 1 + len(rows) + len(acts)), ("changes", 1)):
            moved = counters.update().where(counters.c.name == name)
            connection.execute(moved.values(value=counters.c.value + value))


def _made_void(row: dict[str, dict[str, Any]], position: int) -> dict[str, dict[str, Any]]:
    """Return what stands behind a void certificate: its leaf, its move, its entry in the trail."""
    key, at = row["certificates"]["id"], row["certificates"]["issued_at"]
    leaf = {**row["log_leaves"], "position": position, "act": "void"}
    entry = {
        **row["audit_entries"],
        "position": position,
        "tag": "certificates:certificate:void",
        "title": "证书作废",
    }
    move = {
        "subject_kind": "certificate_standings",
        "subject_id": key,
        "act": "void",
        "from_state": "valid",
        "to_state": "void",
        "at": at,
        "by_id": None,
        "by": "量测",
        "because": "量测",
    }
    return {"log_leaves": leaf, "audit_entries": entry, "journal": move}
