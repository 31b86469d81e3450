"""The documents of an issued certificate: renderings of the signed record, made afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import structlog
from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.certificates.archive import commands as archive
from aquacert.certificates.archive import queries as archive_queries
from aquacert.certificates.documents.attachments import PROOF, SEAL
from aquacert.certificates.documents.docx import certificate_docx
from aquacert.certificates.documents.signing import Signers, signed_certificate
from aquacert.certificates.log import commands as log
from aquacert.certificates.models import Certificate
from aquacert.certificates.rules.media import DOCX, PDF
from aquacert.certificates.seals import commands as seals
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Misconfigured
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look, Work
from aquacert.trust.keys import KeyRing
from aquacert.trust.publickeys import Owner, Use
from aquacert.trust.timestamps import Authority

logger = structlog.get_logger("documents")


@dataclass(frozen=True)
class DocumentsMade(Fact):
    """PDF and .docx of a certificate were made from its signed record."""

    tag: ClassVar[str] = "certificates:documents:make"
    title: ClassVar[str] = "生成文书"
    number: str
    pdf: str
    """SHA-256 of the PDF, hex."""
    level: str
    """Level of its signatures, as validation found it."""


def render(database: Database, keys: KeyRing, certificate_id: UUID) -> None:
    """Make the PDF and .docx of a certificate; once they are there nothing is done.

    Typesetting and signing are done with no transaction open. Run twice at once, both make the
    same content and the second finds the first's files when it comes to keep its own.
    """
    with database.look(SYSTEM) as look:
        if _made(look, certificate_id):
            return
        row = look.get(Certificate, certificate_id)
        now = look.now
        authority = _authority(look)
    facts = archive.verified_facts(database, keys, row)
    vet = Owner(f"vet:{row.vet_id}", row.county, row.vet_number)
    body = Owner(f"office:{row.office_id}", row.county, row.office)
    signers = Signers(
        vet=keys.load(keys.ensure(Use.VET, vet, now=now)),
        body=keys.load(keys.ensure(Use.SEAL, body, now=now)),
        roots=keys.roots(),
        authority=authority,
    )
    proofs = _proofs(database, keys, certificate_id)
    pdf = signed_certificate(facts, row.record, row.cose, signers, at=now, proofs=proofs)
    found = archive.judge(pdf, keys, authority, now)
    docx = certificate_docx(facts)
    with database.work(SYSTEM) as w:
        fresh = w.get_for_change(Certificate, certificate_id)
        if _made(w, certificate_id):
            return
        stored = w.attach(fresh, pdf, f"{row.number}.pdf", PDF)
        w.attach(fresh, docx, f"{row.number}.docx", DOCX)
        archive.keep_level(w, fresh, stored, found)
        fact = DocumentsMade(row.number, stored.sha256, found.level)
        w.record(fact, on=fresh, county=row.county)
        log.touch(w, row.id, row.public_id)
        _tell_holder(w, fresh)


def _tell_holder(w: Work, row: Certificate) -> None:
    """Put the certificate into its holder's inbox, in the act that keeps the PDF."""
    accounts.tell(
        w,
        to_organisation=row.organisation_id,
        kind="certificate",
        subject=f"检疫证明 {row.number} 的 PDF 已经做好，点开就能看、能存、能打印。",
        link=f"/certificates/{row.id}/certificate.pdf",
    )


def _authority(look: Look) -> Authority | None:
    """Return whom to ask for timestamps; a wrong setting costs the timestamp, not the document."""
    try:
        return archive_queries.authority(look)
    except Misconfigured as error:
        logger.warning("no timestamps", error=error.sentence)
        return None


def _proofs(database: Database, keys: KeyRing, certificate_id: UUID) -> dict[str, bytes]:
    """Return the proofs to attach now; after the signatures nothing can be attached."""
    found = {
        PROOF: log.prove(database, keys, certificate_id),
        SEAL: seals.apply(database, keys, certificate_id),
    }
    return {name: data for name, data in found.items() if data}


def _made(look: Look, certificate_id: UUID) -> bool:
    row = look.session.scalars(select(Certificate).where(Certificate.id == certificate_id)).one()
    return any(file.media_type == PDF for file in look.files_of(row))
