"""Tables of the pools: what was put together, its members, and how many a method bears."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from labs.pools.rules import LIVE, MemberState, PoolState

LIVE_ONLY = text("state IN (" + ", ".join(f"'{state.value}'" for state in LIVE) + ")")


class Pool(Base):
    """Several items tested as one. Its id is that of its item (`intake.Item` of kind pool).

    `limit_words` is the rule it was made by, as it then stood.
    """

    __tablename__ = "lab_pools"
    __table_args__ = (
        state_check("state", PoolState),
        CheckConstraint("depth IN (1, 2)", name="depth"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"), primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    code: Mapped[str]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("lab_orders.id"))
    disease_code: Mapped[str]
    method_code: Mapped[str]
    depth: Mapped[int]
    member_count: Mapped[int]
    limit_words: Mapped[str]
    state: Mapped[str]
    because: Mapped[str]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    def search_text(self) -> str:
        """Return the words this pool is looked for by."""
        return self.code


class PoolMember(Base):
    """One test of one item that a pool answers for. A test waits for one live pool at most."""

    __tablename__ = "lab_pool_members"
    __table_args__ = (
        state_check("state", MemberState),
        UniqueConstraint("pool_id", "order_id"),
        Index(
            "uq_lab_pool_members_live",
            "order_id",
            unique=True,
            sqlite_where=LIVE_ONLY,
            postgresql_where=LIVE_ONLY,
        ),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    pool_id: Mapped[UUID] = mapped_column(ForeignKey("lab_pools.id"), index=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"), index=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("lab_orders.id"))
    state: Mapped[str]


class PoolLimit(Base):
    """How many items one pool of a method may hold from a day on, as the province set it."""

    __tablename__ = "lab_pool_limits"
    __table_args__ = (
        CheckConstraint("most >= 1", name="most"),
        UniqueConstraint("method_code", "from_on"),
    )
    # Every laboratory works by the same rule.
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    method_code: Mapped[str]
    most: Mapped[int]
    may_mix: Mapped[bool]
    from_on: Mapped[date]
    source: Mapped[str]
    set_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime]
