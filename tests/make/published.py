"""One certificate with everything published that a stranger needs to check it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aquacert.certificates import queries, tasks
from aquacert.http.house import House
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.qr import qr_url
from tests.make.certificates import issue_one, make_ready
from tests.make.seals import give_seal


@dataclass(frozen=True)
class Published:
    """A certificate as paper and file carry it."""

    certificate_id: object
    public_id: str
    number: str
    url: str
    cose: bytes
    pdf: bytes


def publish_one(house: House, folder: Path | None = None) -> Published:
    """Issue, render and publish: PDF, status list, trust list, log. Keys are made on the way."""
    db, keys = house.database, house.keys
    ready = make_ready(db)
    give_seal(house, SYSTEM, ready.farm.office_id)
    certificate_id = issue_one(house, ready)
    tasks.publish_log(db, keys)
    tasks.render(certificate_id, database=db, keys=keys)
    tasks.tidy(db, keys)
    tasks.publish_log(db, keys)
    with db.look(SYSTEM) as look:
        line = queries.certificate(look, certificate_id)
        found = queries.by_public_id(look, line.public_id)
        pdf = look.read_file(queries.documents_of(look, certificate_id)[queries.PDF])
    url = qr_url("https://cert.example", line.public_id, found.cose)
    made = Published(certificate_id, line.public_id, line.number, url, found.cose, pdf)
    if folder is not None:
        (folder / "certificate.pdf").write_bytes(pdf)
        (folder / "code.txt").write_text(url, "utf-8")
        (folder / "certificate.cose").write_bytes(found.cose)
    return made
