"""After a crash: settle every plan and every number of which nothing came.

What was not published was never shown to anybody: its number becomes void with the reason, and the
vet issues again. It is not signed later without the vet, whose confirmation was for that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aquacert.certificates.issuing.commands.publish import abandon
from aquacert.certificates.issuing.queries import orphans, unplanned_numbers
from aquacert.certificates.models import CertificateNumber
from aquacert.certificates.numbers import commands as numbers
from aquacert.kernel.errors import Conflict
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database, Work

QUIET = timedelta(seconds=60)
"""A plan younger than this may still be at work in another process."""
INTERRUPTED = "签发中断：号已取用，没有签成证书"


@dataclass(frozen=True)
class Resumed:
    """What was settled: plans given up, numbers without a plan made void, numbers passed over."""

    abandoned: int
    voided: int
    skipped: int

    @property
    def anything(self) -> bool:
        """Say whether anything had to be settled."""
        return bool(self.abandoned or self.voided or self.skipped)


def resume(database: Database, *, quiet: timedelta = QUIET, after_restore: bool = True) -> Resumed:
    """Settle what is older than `quiet`; safe at any time, beside running processes.

    With `after_restore` (each start of a server) the file of marks is compared too: numbers the
    database has forgotten are passed over, each with its reason.
    """
    with database.look(SYSTEM) as look:
        before = look.now - quiet
        busy = bool(orphans(look, before) or unplanned_numbers(look, before))
    if not busy and not after_restore:
        return Resumed(0, 0, 0)
    with database.work(SYSTEM) as w:
        abandoned = sum(
            abandon(w, row.id, row.number, row.load_id, INTERRUPTED, row.county)
            for row in orphans(w, before)
        )
        voided = sum(_void(w, row) for row in unplanned_numbers(w, before))
        skipped = numbers.pass_over_forgotten(w) if after_restore else 0
    return Resumed(abandoned, voided, skipped)


def _void(w: Work, row: CertificateNumber) -> bool:
    """Make an orphan void; say whether it was still one: another process may tidy up as well."""
    try:
        numbers.void_reserved(w, row.number, INTERRUPTED, county=row.county)
    except Conflict:
        return False
    return True
