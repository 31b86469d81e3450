"""Tables of custody: the links of each sample's chain (append-only by trigger) and its head."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from labs.custody.rules import Act


class CustodyLink(Base):
    """One fact of one sample's chain. The code is not a foreign key: a chain begins before a box."""

    __tablename__ = "lab_custody"
    __table_args__ = (state_check("act", Act), UniqueConstraint("blind_code", "sequence"))
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    blind_code: Mapped[str]
    sequence: Mapped[int]
    at: Mapped[datetime]
    act: Mapped[str]
    holder: Mapped[str]
    public: Mapped[dict[str, Any]] = mapped_column(Json)
    private_digest: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class CustodyHead(Base):
    """Where a sample's chain stands; locked by whoever writes the next link."""

    __tablename__ = "lab_custody_heads"
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    blind_code: Mapped[str] = mapped_column(unique=True)
    sequence: Mapped[int]
    hash: Mapped[str]
