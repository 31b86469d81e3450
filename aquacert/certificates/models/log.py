"""What the public log has said of itself: every checkpoint ever signed, and who cosigned it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base


class LogCheckpoint(Base):
    """A signed checkpoint. Append-only; one for each size, so that no size has two roots."""

    __tablename__ = unaudited("log_checkpoints", "signed over leaves that audited acts wrote")
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Leaves it covers."""
    root: Mapped[bytes]
    note: Mapped[bytes]
    """The signed note, verbatim: origin, size, root, the log's signature."""
    signed_at: Mapped[datetime]


class LogCosignature(Base):
    """A witness's line under a checkpoint. Append-only; the first of a witness stands."""

    __tablename__ = unaudited("log_cosignatures", "another body's statement, kept as it came")

    size: Mapped[int] = mapped_column(ForeignKey("log_checkpoints.size"), primary_key=True)
    witness: Mapped[str] = mapped_column(primary_key=True)
    """The witness's key as one line (C2SP vkey): the line was verified under it."""
    line: Mapped[str]
    cosigned_at: Mapped[datetime]
