"""What anybody may know of a report whose address they hold: nothing of the farm, and no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.trust.cose import verify_own
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing, Use
from aquacert.trust.reportrecord import CODE_TYPE, ReportClaims
from aquacert.trust.trustlist import TrustList
from labs.reports.models import Report
from labs.reports.queries.files import signature_of
from labs.reports.rules import Content, ReportState, read


@dataclass(frozen=True, slots=True)
class PublicReport:
    """A report as its public page shows it."""

    number: str
    content: Content
    state: ReportState
    authorised_at: datetime
    ended_at: datetime | None
    digest: str
    version: int
    is_signed: bool
    """whether the laboratory's signature is there already"""
    is_proven: bool
    """whether it verifies, under a key that was valid then, over exactly this record"""
    newer: str
    """number of the report that replaced it, or empty"""
    newer_id: str
    """public id of that report, or empty"""


def public_report(look: Look, keys: KeyRing, public_id: str) -> PublicReport | None:
    """Return the report behind a public id, or None; asked without any row scope."""
    row = look.one(select(Report).where(Report.public_id == public_id))
    if row is None or row.record is None:
        return None
    held = signature_of(look, row.id)
    newer = look.one(
        select(Report).where(Report.supersedes_id == row.id).order_by(Report.id.desc())
    )
    return PublicReport(
        number=row.number,
        content=read(row.content),
        state=ReportState(row.standing),
        authorised_at=row.authorised_at,
        ended_at=row.withdrawn_at,
        digest=row.digest,
        version=row.version,
        is_signed=held is not None,
        is_proven=held is not None and is_proven(held.cose, row.record, keys),
        newer=newer.number if newer else "",
        newer_id=(newer.public_id or "") if newer else "",
    )


def is_proven(cose: bytes, record: bytes, keys: KeyRing) -> bool:
    """Tell whether `cose` is a good signature over the claims of `record` by a key valid then."""
    trust = TrustList(keys.public_keys())
    try:
        verified = verify_own(cose, trust.keys_of(Use.REPORT), content_type=CODE_TYPE)
        claims = ReportClaims.decode(verified.payload)
        is_same = claims.are_of(record)
    except Refused:
        return False
    listed = trust.matching(verified.kid, Use.REPORT)
    held = any(one.key == verified.key and one.covers(claims.signed) for one in listed)
    return is_same and held
