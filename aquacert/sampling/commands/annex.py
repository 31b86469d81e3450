"""The signed annex (抽样附页) of a report: made by the sampling side at release, never by the lab.

As certificates are signed: read and write in short transactions, sign between them, believe the
signature only after verifying it. Done once per report; repeated news finds it made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work
from aquacert.sampling.documents.signedannex import signed_annex
from aquacert.sampling.models import Sample, SampleAnnex
from aquacert.sampling.queries.annexes import AnnexContent, annex_content
from aquacert.trust import cbor, cose
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing
from aquacert.trust.publickeys import Owner, Use

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COSE_TYPE = "application/aquacert-annex+cbor"


@dataclass(frozen=True)
class AnnexSigned(Fact):
    """The annex that ties a blind report to its batch was signed."""

    tag: ClassVar[str] = "sampling:annex:sign"
    title: ClassVar[str] = "签出抽样附页"
    report_no: str
    report_digest: str
    digest: str


def make_annex(database: Database, keys: KeyRing, report_id: UUID) -> UUID | None:
    """Make and sign the annex of a report that stands; return its id, None when there is none to make."""
    with database.look(SYSTEM) as look:
        known = look.one(select(SampleAnnex.id).where(SampleAnnex.report_id == report_id))
        content = None if known else annex_content(look, report_id)
        if content is None:
            return known
        office = accounts.issuer(look, content.office_id)
        now = look.now
    owner = Owner(f"office:{content.office_id}", office.division_code, office.name_zh)
    signer = keys.load(keys.ensure(Use.ANNEX, owner, now=now))
    payload = cbor.encode(dict(content.plain()))
    signed = cose.sign1(payload, signer, content_type=COSE_TYPE)
    try:
        verified = cose.verify_own(signed, {signer.kid: signer.public.key}, content_type=COSE_TYPE)
    except Refused as refused:
        raise Unavailable("抽样附页的签名自己验不过。", detail=str(refused.why)) from None
    if verified.payload != payload:
        raise Unavailable("抽样附页的签名自己验不过。", detail="another payload was signed")
    digest = hashlib.sha256(payload).hexdigest()
    with database.work(SYSTEM) as w:
        return _keep(w, content, digest, signed, signer.kid.hex())


def _keep(w: Work, content: AnnexContent, digest: str, signed: bytes, key_id: str) -> UUID:
    """Keep it with its paper; whoever came first keeps theirs (the sample's row is the lock)."""
    sample = w.get_for_change(Sample, content.sample_id)
    known = w.one(select(SampleAnnex.id).where(SampleAnnex.report_id == content.report_id))
    if known is not None:
        return known
    row = w.add(
        SampleAnnex(
            id=w.new_id(),
            sample_id=sample.id,
            origin_code=sample.origin_code,
            office_id=sample.office_id,
            organisation_id=sample.organisation_id,
            vet_id=sample.vet_id,
            report_id=content.report_id,
            report_no=content.report_no,
            report_digest=content.report_digest,
            content=content.plain(),
            digest=digest,
            cose=signed,
            key_id=key_id,
            made_at=w.now,
        )
    )
    data = signed_annex(content.paper(digest), is_demo=w.settings.is_demo)
    w.attach(row, data, f"{content.report_no}-附页.docx", DOCX)
    w.record(
        AnnexSigned(content.report_no, content.report_digest, digest),
        on=row,
        county=sample.origin_code,
    )
    return row.id
