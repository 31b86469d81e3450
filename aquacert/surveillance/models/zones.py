"""Tables of a zone's shape: its versions, their parts, and the cells they are found by."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, Json, state_check
from aquacert.surveillance.rules.datum import Datum
from aquacert.surveillance.rules.shapes import Flow, ShapeKind, Tier


class VersionState(StrEnum):
    """A version waits for a second person, holds, has been followed by another, or was refused."""

    PROPOSED = "proposed"
    CURRENT = "current"
    PAST = "past"
    REFUSED = "refused"


class ZoneVersion(Base):
    """What a zone was, is, or should become; kept for ever. A zone never adjusted has none."""

    __tablename__ = "zone_versions"
    __table_args__ = (
        state_check("state", VersionState),
        state_check("tier", Tier),
        UniqueConstraint("zone_id", "number"),
        Index(
            "ix_zone_versions_current",
            "zone_id",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
        Index(
            "ix_zone_versions_proposed",
            "zone_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"))
    number: Mapped[int]
    state: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    tier: Mapped[str]
    is_lift: Mapped[bool]
    """It proposes to lift the zone; it has no parts."""
    by_rule: Mapped[bool]
    """Drawn by the defaults: a correction of the event may redraw it, an officer's never."""
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    asked_by_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]
    decided_by_id: Mapped[UUID | None]
    decided_because: Mapped[str]


class ZoneShape(Base):
    """One part of one version. Never changed."""

    __tablename__ = "zone_shapes"
    __table_args__ = (
        state_check("tier", Tier),
        state_check("kind", ShapeKind),
        state_check("flow", Flow),
        state_check("datum", Datum),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("zone_versions.id"), index=True)
    tier: Mapped[str]
    kind: Mapped[str]
    geometry: Mapped[dict[str, Any]] = mapped_column(Json)
    """GeoJSON, WGS-84, longitude first."""
    metres: Mapped[int | None]
    name: Mapped[str]
    flow: Mapped[str]
    datum: Mapped[str]
    """The coordinate system it was given in; what is kept is WGS-84."""
    west: Mapped[float] = mapped_column(Float)
    south: Mapped[float] = mapped_column(Float)
    east: Mapped[float] = mapped_column(Float)
    north: Mapped[float] = mapped_column(Float)


class ZoneCell(Base):
    """A cell of the grid that a part of a live zone's current version may touch."""

    __tablename__ = "zone_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)

    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    shape_id: Mapped[UUID] = mapped_column(ForeignKey("zone_shapes.id"), primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"), index=True)


unaudited("zone_cells", "made from the shapes of a version, which are audited")
