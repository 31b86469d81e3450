"""Sign a report after it was authorised: no transaction is open while keys sign and type is set.

The row holds number and exact bytes already; a crash at any point leaves a report that waits for its signature, and
the next run makes it. Run twice at once, the second finds the first's signature when it comes to keep its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from aquacert.kernel.errors import Misconfigured, Unavailable
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Look
from aquacert.trust import cose
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing, KeySigner
from aquacert.trust.pdf import LAB_FIELD, verify_pdf
from aquacert.trust.publickeys import Owner, Use
from aquacert.trust.reportrecord import CODE_TYPE, ReportClaims
from aquacert.trust.timestamps import Authority, read_trust
from labs.register.models import Laboratory
from labs.reports.commands.facts import ReportSigned
from labs.reports.documents import docx_of, signed_pdf
from labs.reports.models import Report, ReportSignature
from labs.reports.queries.files import (
    DOCX,
    PDF,
    facts_of_report,
    laboratory_of,
    signature_of,
)

log = structlog.get_logger("reports")
OWN_SIGNATURE_BAD = "签章服务给出的签名自己验不过，报告没有签章。请联系管理员。"


def sign_report(database: Database, keys: KeyRing, report_id: UUID) -> bool:
    """Sign a report and make its PDF and .docx; return whether anything was made.

    Raises `Unavailable` when the key does not open or its signature does not verify: the task is tried again.
    """
    with database.look(SYSTEM) as look:
        row = look.get(Report, report_id)
        if row.record is None or signature_of(look, report_id) is not None:
            return False
        lab_row, now = laboratory_of(look, row), look.now
        authority = _authority(look)
        record, bare = row.record, facts_of_report(look, row)
    signer = lab_signer(keys, lab_row, now)
    code = _code(record, signer, now)
    facts = replace(bare, cose=code)
    pdf = signed_pdf(facts, signer, roots=keys.roots(), at=now, authority=authority)
    stamp_roots = authority.roots if authority else ()
    verify_pdf(pdf, keys.roots(), now, stamp_roots=stamp_roots, fields=(LAB_FIELD,))
    docx = docx_of(facts)
    with database.work(SYSTEM) as w:
        fresh = w.get_for_change(Report, report_id)
        if signature_of(w, report_id) is not None:
            return False
        w.attach(fresh, pdf, f"{row.number}.pdf", PDF)
        w.attach(fresh, docx, f"{row.number}.docx", DOCX)
        digest = hashlib.sha256(pdf).hexdigest()
        w.add(
            ReportSignature(
                id=w.new_id(),
                lab_id=row.lab_id,
                report_id=row.id,
                cose=code,
                key_id=signer.kid.hex(),
                pdf_sha256=digest,
                signed_at=now,
            )
        )
        fact = ReportSigned(row.number, signer.kid.hex(), digest)
        w.record(fact, on=fresh, county=lab_row.division_code)
    return True


def lab_signer(keys: KeyRing, lab_row: Laboratory, now: datetime) -> KeySigner:
    """Return the laboratory's signing key, made on its first signature."""
    owner = Owner(f"lab:{lab_row.id}", lab_row.division_code, lab_row.name_zh)
    return keys.load(keys.ensure(Use.REPORT, owner, now=now))


def _code(record: bytes, signer: KeySigner, now: datetime) -> bytes:
    """Return the COSE object for the QR code, believed only after verifying it."""
    payload = ReportClaims.of(record, now).encode()
    code = cose.sign1(payload, signer, content_type=CODE_TYPE)
    try:
        found = cose.verify_own(code, {signer.kid: signer.public.key}, content_type=CODE_TYPE)
    except Refused as refused:
        raise Unavailable(OWN_SIGNATURE_BAD, detail=str(refused.why)) from None
    if found.payload != payload:
        raise Unavailable(OWN_SIGNATURE_BAD, detail="another payload was signed")
    return code


def _authority(look: Look) -> Authority | None:
    """Return whom to ask for timestamps; a wrong setting costs the timestamp, not the document."""
    settings = look.settings
    if not settings.tsa_url or settings.tsa_trust is None:
        return None
    try:
        roots, others, crls = read_trust(settings.tsa_trust)
    except Misconfigured as error:
        log.warning("no timestamps", error=error.sentence)
        return None
    urls = tuple(url for url in (settings.tsa_url, settings.tsa_second_url) if url)
    return Authority(urls, roots, others, crls)
