"""How old what this server believes is: the trust list, the status lists, the log's checkpoint."""

from __future__ import annotations

from aquacert.certificates import queries as certificates
from aquacert.certificates.log import queries as log
from aquacert.certificates.peers import queries as peers
from aquacert.kernel.work import Look
from aquacert.verification.documents.live import Ages


def ages(look: Look) -> Ages:
    """Return when each was last made, and how many leaves the log's checkpoint counts."""
    trust, head = peers.latest(look), log.newest(look)
    return Ages(
        trust=None if trust is None else trust.published_at,
        status=certificates.last_listing_at(look),
        log=None if head is None else head.signed_at,
        log_size=0 if head is None else head.size,
    )
