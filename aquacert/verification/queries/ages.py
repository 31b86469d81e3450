"""How old what this server believes is: the trust list, the status lists, the log's checkpoint."""

from __future__ import annotations

from datetime import datetime

from aquacert.certificates import queries as certificates
from aquacert.kernel.work import Look
from aquacert.trust.keys import KeyRing
from aquacert.verification.documents.live import Ages


def ages(look: Look, keys: KeyRing) -> Ages:
    """Return when each was last made; the trust list is made anew for whoever asks, so: now."""
    trust: datetime | None = look.now if keys.public_keys() else None
    return Ages(trust=trust, status=certificates.last_listing_at(look))
