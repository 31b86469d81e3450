"""Which declarations have a certificate that is suspended, or were recalled: for the farm's lists."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from aquacert.certificates.models import Certificate, Standing
from aquacert.certificates.rules.states import Status
from aquacert.kernel.work import Look

STOPPED = (Status.SUSPENDED.value, Status.RECALLED.value)


def stopped_certificates(
    look: Look, declaration_ids: Collection[UUID]
) -> dict[UUID, tuple[Status, str]]:
    """Return (suspended or recalled, why) by declaration, a recall before a suspension.

    A certificate that has arrived stops nobody any more.
    """
    rows = look.session.execute(
        select(Certificate.declaration_id, Standing.status, Standing.because)
        .join(Standing, Standing.id == Certificate.id)
        .where(
            Certificate.declaration_id.in_(list(declaration_ids)),
            Standing.status.in_(STOPPED),
            Standing.arrived_at.is_(None),
            look.visible(Certificate),
        )
        .order_by(Standing.status.desc(), Certificate.id)
    )
    return {paper_id: (Status(status), because) for paper_id, status, because in rows}
