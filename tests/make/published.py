"""One certificate with everything published that a stranger needs to check it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aquacert.certificates import queries, tasks
from aquacert.http.house import House
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.qr import qr_url
from tests.make.certificates import issue_one, make_ready
from tests.make.kept import kept
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
    made = published(house)
    if folder is not None:
        (folder / "certificate.pdf").write_bytes(made.pdf)
        (folder / "code.txt").write_text(made.url, "utf-8")
        (folder / "certificate.cose").write_bytes(made.cose)
    return made


@kept
def published(house: House) -> Published:
    """Publish one in a fresh house; made once in a process and copied, keys and files too."""
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
    return Published(certificate_id, line.public_id, line.number, url, found.cose, pdf)
