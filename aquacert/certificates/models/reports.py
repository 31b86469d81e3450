"""Which laboratory reports a certificate rests on."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base


class BackingReport(Base):
    """One report that let one batch of a certificate pass for one disease. Append-only.

    A trigger refuses a sample of another batch, unless a dated rule (`rule_id`) says that such a
    result counts for this one.
    """

    __tablename__ = "certificate_reports"
    __table_args__ = (UniqueConstraint("certificate_id", "batch_id", "disease_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"))
    disease_code: Mapped[str]
    sample_id: Mapped[UUID] = mapped_column(index=True)
    report_id: Mapped[UUID] = mapped_column(index=True)
    rule_id: Mapped[str]
    """The dated rule under which the result of another sample counted; "" = the batch's own."""
