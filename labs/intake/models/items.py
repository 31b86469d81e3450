"""Tables of consignments and of their items, known by blind code only. No column says where they come from."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from labs.intake.rules import Condition, ConsignmentState, ItemState


class Consignment(Base):
    """What was sent to one laboratory in one box."""

    __tablename__ = "lab_consignments"
    __table_args__ = (state_check("state", ConsignmentState), UniqueConstraint("lab_id", "number"))
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    number: Mapped[str]
    item_count: Mapped[int]
    state: Mapped[str]
    announced_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    box_number: Mapped[str] = mapped_column(server_default="", default="")
    carrier: Mapped[str] = mapped_column(server_default="", default="")
    """One of `Carrier`, or "" for a box announced before boxes had carriers. Never a name."""
    preservation: Mapped[str] = mapped_column(server_default="", default="")
    expected_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    short_because: Mapped[str] = mapped_column(server_default="", default="")
    """Why the box was closed with items missing."""

    def search_text(self) -> str:
        """Return the words this consignment is looked for by."""
        return f"{self.number} {self.box_number}"


class Item(Base):
    """One blind item (盲样). Water temperature is in tenths of a degree Celsius."""

    __tablename__ = "lab_items"
    __table_args__ = (
        state_check("state", ItemState),
        CheckConstraint("individuals > 0", name="individuals"),
        CheckConstraint(
            "condition IS NULL OR condition IN ("
            + ", ".join(f"'{condition.value}'" for condition in Condition)
            + ")",
            name="condition",
        ),
        CheckConstraint("(condition IS NULL) = (received_at IS NULL)", name="received"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consignment_id: Mapped[UUID] = mapped_column(ForeignKey("lab_consignments.id"), index=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    blind_code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(server_default="sample", default="sample")
    """One of `ItemKind`: what came in a box, or a pool made of it."""
    species: Mapped[str] = mapped_column(server_default="", default="")
    life_stage: Mapped[str] = mapped_column(server_default="", default="")
    matrix: Mapped[str]
    individuals: Mapped[int]
    sampled_on: Mapped[date]
    water_temperature_tenths: Mapped[int | None]
    condition: Mapped[str | None]
    condition_note: Mapped[str]
    received_at: Mapped[datetime | None]
    received_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str]
    keep_apart: Mapped[str] = mapped_column(default="", server_default="")
    """Token of the sender: items with different ones do not go into one pool. It names nothing."""

    def search_text(self) -> str:
        """Return the words this item is looked for by."""
        return self.blind_code


class AssayOrder(Base):
    """One test asked of an item: a disease by a method."""

    __tablename__ = "lab_orders"
    __table_args__ = (UniqueConstraint("item_id", "disease_code"),)
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"))
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    disease_code: Mapped[str]
    disease_name_zh: Mapped[str]
    method_code: Mapped[str]
    method_standard: Mapped[str]
    held_by_id: Mapped[UUID | None] = mapped_column(index=True)
    """The pool (an item of kind pool) that answers for this test meanwhile; it is not owed as a single."""
