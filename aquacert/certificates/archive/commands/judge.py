"""The level of a document is what validation finds in its bytes, and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from aquacert.certificates.archive.queries import newest
from aquacert.certificates.models import Certificate, DocumentLevel
from aquacert.certificates.rules.levels import PdfLevel, due_after
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work
from aquacert.trust.keys import KeyRing
from aquacert.trust.pdf import verify_pdf
from aquacert.trust.timestamps import Authority


@dataclass(frozen=True)
class Judged:
    """What validation found of one revision."""

    level: PdfLevel
    next_due_at: datetime
    sha256: str


def judge(pdf: bytes, keys: KeyRing, authority: Authority | None, now: datetime) -> Judged:
    """Return the level that `pdf` is shown to have at `now`; raise `Refused` when it has none.

    Asked with no transaction open: it takes some 50 ms.
    """
    report = verify_pdf(
        pdf,
        keys.roots(),
        now,
        stamp_roots=authority.roots if authority else (),
        others=authority.others if authority else (),
    )
    level = PdfLevel(report.level.value)
    ends = due_after(level, now, report.stamps_end_at)
    return Judged(level, ends, hashlib.sha256(pdf).hexdigest())


def keep_level(w: Work, row: Certificate, file: StoredFile, found: Judged) -> DocumentLevel:
    """Write the level of a stored revision; the row of the certificate is locked by the caller."""
    before = newest(w, row.id)
    return w.add(
        DocumentLevel(
            id=w.new_id(),
            certificate_id=row.id,
            revision=1 if before is None else before.revision + 1,
            level=found.level.value,
            file_id=file.id,
            sha256=found.sha256,
            size=file.size,
            asserted_at=w.now,
            next_due_at=found.next_due_at,
        )
    )
