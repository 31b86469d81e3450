"""What hangs on a signing key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from aquacert.certificates.models import Certificate
from aquacert.kernel.work import Look


def signed_by(look: Look, kid: bytes, since: datetime | None = None) -> int:
    """Return how many certificates the key `kid` signed, all or from an instant on."""
    wanted = select(func.count()).select_from(Certificate).where(Certificate.key_id == kid.hex())
    if since is not None:
        wanted = wanted.where(Certificate.issued_at >= since)
    return int(look.session.scalar(wanted) or 0)
