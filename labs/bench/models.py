"""Tables of the bench: instrument files, runs, wells (append-only) and results with their versions."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from labs.bench.rules import LIVE, FileState, Outcome, ResultState, SheetState
from labs.bench.rules.counting import Counted, said
from labs.instruments.rules import Role, Why

MILLI = Decimal(1000)
LIVE_ONLY = text("state IN (" + ", ".join(f"'{state.value}'" for state in LIVE) + ")")


class InstrumentFile(Base):
    """A file as the instrument wrote it; the same bytes are taken once by a laboratory."""

    __tablename__ = "lab_files"
    __table_args__ = (state_check("state", FileState), UniqueConstraint("lab_id", "sha256"))
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    sha256: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    staged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    staged_at: Mapped[datetime]


class BenchRun(Base):
    """One run of an instrument, entered by hand or imported from a file.

    `opened_on` is when it came here; `ran_on` is when its file says it was done, None where no file says or can be right.
    """

    __tablename__ = "lab_runs"
    __table_args__ = (UniqueConstraint("lab_id", "number"), UniqueConstraint("file_id", "name"))
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    number: Mapped[str]
    name: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("lab_files.id"))
    source: Mapped[str]
    instrument: Mapped[str]
    reagent_lot: Mapped[str]
    reagent_until_on: Mapped[date | None]
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime]
    opened_on: Mapped[date]
    instrument_id: Mapped[UUID | None]
    lot_id: Mapped[UUID | None]
    worksheet_id: Mapped[UUID | None]
    submitted_by_id: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    equipped_by_id: Mapped[UUID | None]
    ran_on: Mapped[date | None]

    @property
    def done_on(self) -> date:
        """The day on which its instrument and its lot had to be fit."""
        return self.ran_on or self.opened_on

    def search_text(self) -> str:
        """Return the words this run is looked for by."""
        return f"{self.number} {self.name}"


class Result(Base):
    """The outcome of one ordered test by one run. A correction is a new version, never a change.

    `by_pool_id` names the pool item whose negative result this one rests on. `counted` colonies at a `dilution` of
    1 in so many are exact; what the technician wrote of the count, the limit of detection and the uncertainty stands
    beside it, letter by letter.
    """

    __tablename__ = "lab_results"
    __table_args__ = (
        state_check("state", ResultState),
        state_check("outcome", Outcome),
        UniqueConstraint("order_id", "version"),
        Index(
            "uq_lab_results_live",
            "order_id",
            unique=True,
            sqlite_where=LIVE_ONLY,
            postgresql_where=LIVE_ONLY,
        ),
        Index("ix_lab_results_tested", "tested_on", "id"),
        Index("ix_lab_results_lab_tested", "lab_id", "tested_on", "id"),
        Index("ix_lab_results_lab_outcome", "lab_id", "outcome", "tested_on", "id"),
        Index("ix_lab_results_scope_tested", "scope_id", "tested_on", "id"),
        # The last guard of the four-eyes rule stands in the database itself.
        CheckConstraint(
            "verified_by_id IS NULL OR verified_by_id <> entered_by_id", name="four_eyes"
        ),
        CheckConstraint(
            "state NOT IN ('verified', 'reported') OR verified_at IS NOT NULL", name="verified"
        ),
        CheckConstraint(
            "state NOT IN ('verified', 'reported')"
            " OR outcome IN ('negative', 'positive', 'inconclusive')",
            name="final",
        ),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("lab_runs.id"), index=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"), index=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("lab_orders.id"))
    scope_id: Mapped[UUID] = mapped_column(ForeignKey("lab_scopes.id"))
    version: Mapped[int]
    outcome: Mapped[str]
    finding: Mapped[str]
    is_manual: Mapped[bool]
    state: Mapped[str]
    because: Mapped[str]
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    entered_at: Mapped[datetime]
    tested_on: Mapped[date]
    verified_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    verified_at: Mapped[datetime | None]
    by_pool_id: Mapped[UUID | None]
    counted: Mapped[int | None]
    dilution: Mapped[int | None]
    unit: Mapped[str] = mapped_column(default="", server_default="")
    as_entered: Mapped[str] = mapped_column(default="", server_default="")
    lod: Mapped[str] = mapped_column(default="", server_default="")
    uncertainty: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def measured(self) -> str:
        """The count with its unit, the limit of detection and the uncertainty as they were written; "" for none."""
        return said(
            Counted(
                self.counted,
                self.dilution,
                self.unit,
                self.as_entered,
                self.lod,
                self.uncertainty,
            )
        )


class WellRow(Base):
    """One well as it was read or entered. Append-only. Cq is in thousandths of a cycle.

    Entered on a plate, a row with a higher `revision` stands for the earlier ones of its place; `is_cleared` says that
    the place was emptied again, and then the row says nothing.
    """

    __tablename__ = "lab_wells"
    __table_args__ = (
        state_check("role", Role),
        state_check("why", Why),
        CheckConstraint("(why = 'detected') = (cq_milli IS NOT NULL)", name="cq_known"),
        CheckConstraint("cq_milli IS NULL OR cq_milli > 0", name="cq_positive"),
        Index("ix_lab_wells_run_scope", "run_id", "scope_id"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("lab_runs.id"))
    result_id: Mapped[UUID | None] = mapped_column(ForeignKey("lab_results.id"), index=True)
    scope_id: Mapped[UUID | None] = mapped_column(ForeignKey("lab_scopes.id"))
    well: Mapped[str]
    sample: Mapped[str]
    role: Mapped[str]
    target: Mapped[str]
    cq_milli: Mapped[int | None]
    why: Mapped[str]
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    entered_at: Mapped[datetime]
    is_cleared: Mapped[bool] = mapped_column(default=False, server_default=false())
    revision: Mapped[int] = mapped_column(default=0, server_default="0")

    @property
    def cq(self) -> Decimal | None:
        """Cq in cycles."""
        return None if self.cq_milli is None else self.cq_milli / MILLI

    @property
    def is_excluded(self) -> bool:
        """Whether the operator set the well aside."""
        return self.why == Why.EXCLUDED

    @property
    def place(self) -> tuple[UUID | None, str, str]:
        """What a row of a higher revision must share to stand for this one."""
        return self.scope_id, self.well, self.target.casefold()

    @property
    def cq_text(self) -> str:
        """Cq as people read it: 无 where nothing was detected, never 0 and never blank."""
        if self.is_excluded:
            return "废孔"
        return "无" if self.cq is None else f"{self.cq:.2f}"

    @property
    def cq_short(self) -> str:
        """Cq as it fits a well of the plate."""
        if self.cq is None:
            return self.cq_text
        whole, _point, parts = f"{self.cq:.2f}".partition(".")
        return f"{whole}.{parts.rstrip('0') or '0'}"


class Worksheet(Base):
    """A plate as it is to be pipetted: one assay, so many wells, where everything goes (工作单)."""

    __tablename__ = "lab_worksheets"
    __table_args__ = (
        state_check("state", SheetState),
        CheckConstraint("size IN (96, 384)", name="size"),
        UniqueConstraint("lab_id", "number"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    scope_id: Mapped[UUID] = mapped_column(ForeignKey("lab_scopes.id"))
    number: Mapped[str]
    size: Mapped[int]
    state: Mapped[str]
    version: Mapped[int]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]

    def search_text(self) -> str:
        """Return the words this worksheet is looked for by."""
        return self.number


class Place(Base):
    """One well of a worksheet: a replicate of a blind item's test, or a control. `label` is what the tube says."""

    __tablename__ = "lab_places"
    __table_args__ = (
        state_check("role", Role),
        CheckConstraint("(role = 'unknown') = (order_id IS NOT NULL)", name="order"),
        UniqueConstraint("worksheet_id", "well"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    worksheet_id: Mapped[UUID] = mapped_column(ForeignKey("lab_worksheets.id"))
    well: Mapped[str]
    label: Mapped[str]
    role: Mapped[str]
    replicate: Mapped[int]
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("lab_items.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("lab_orders.id"), index=True)
