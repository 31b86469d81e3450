"""Tables of designated laboratories and of what each may test."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from labs.register.models.holdings import (
    Accreditation,
    Authorisation,
    Calibration,
    Instrument,
    KitLot,
    ProficiencyTest,
)
from labs.register.rules import DecisionRule, LabState, MethodKind
from labs.register.rules.demands import Demands
from labs.register.rules.sending import AccreditationKind

__all__ = [
    "Accreditation",
    "Authorisation",
    "Calibration",
    "Instrument",
    "KitLot",
    "LabScope",
    "Laboratory",
    "ProficiencyTest",
]

MILLI = Decimal(1000)


class Laboratory(Base):
    """A designated laboratory. Its id is that of its organisation, so scopes and parties name it alike.

    `accredited_*` and the two numbers repeat the newest accreditations, so that a list needs no join; what
    entitles on a day are the rows of `Accreditation`.
    """

    __tablename__ = "laboratories"
    __table_args__ = (
        state_check("state", LabState),
        CheckConstraint("accredited_from_on <= accredited_until_on", name="accredited"),
    )
    # The list of designated laboratories is public among those who may send samples.
    __parties__ = None

    id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    address: Mapped[str]
    division_code: Mapped[str] = mapped_column(index=True)
    cma_number: Mapped[str]
    cnas_number: Mapped[str]
    accredited_from_on: Mapped[date]
    accredited_until_on: Mapped[date]
    capacity_per_day: Mapped[int | None]
    state: Mapped[str]
    designated_at: Mapped[datetime]

    def search_text(self) -> str:
        """Return the words this laboratory is looked for by."""
        return f"{self.name_zh} {self.name_en} {self.code}"


class LabScope(Base):
    """One disease by one method, from a day to a day, with the decision rule that holds meanwhile.

    Limits are thousandths of a cycle. `targets` are the names the laboratory's instruments give the assay.
    """

    __tablename__ = "lab_scopes"
    __table_args__ = (
        state_check("kind", MethodKind),
        UniqueConstraint("lab_id", "disease_code", "method_code", "from_on"),
        UniqueConstraint("lab_id", "disease_code", "method_code", "rule_version"),
        CheckConstraint("from_on <= until_on", name="span"),
        CheckConstraint(
            "positive_max_milli > 0 AND positive_max_milli <= grey_max_milli"
            " AND grey_max_milli <= cycle_cap * 1000",
            name="limits",
        ),
    )
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    disease_code: Mapped[str]
    disease_name_zh: Mapped[str]
    method_code: Mapped[str]
    method_standard: Mapped[str]
    kind: Mapped[str]
    targets: Mapped[list[Any]] = mapped_column(Json)
    rule_version: Mapped[int]
    positive_max_milli: Mapped[int]
    grey_max_milli: Mapped[int]
    cycle_cap: Mapped[int]
    demands: Mapped[dict[str, Any] | None] = mapped_column(Json)
    from_on: Mapped[date]
    until_on: Mapped[date]
    needs_cma: Mapped[bool] = mapped_column(default=False)
    needs_cnas: Mapped[bool] = mapped_column(default=False)

    @property
    def needs(self) -> frozenset[AccreditationKind]:
        """The accreditations without which the laboratory may not do this test."""
        wanted = {AccreditationKind.DESIGNATED}
        wanted |= {AccreditationKind.CMA} if self.needs_cma else set()
        wanted |= {AccreditationKind.CNAS} if self.needs_cnas else set()
        return frozenset(wanted)

    @property
    def rule(self) -> DecisionRule:
        """The decision rule, in cycles."""
        return DecisionRule(
            self.rule_version,
            self.positive_max_milli / MILLI,
            self.grey_max_milli / MILLI,
            self.cycle_cap,
            Demands.of(self.demands),
        )

    @property
    def decision_rule(self) -> str:
        """The decision rule as the report prints it."""
        if self.kind == MethodKind.FINDING:
            return f"判定规则 v{self.rule_version}：按方法标准由检测人判读"
        return self.rule.sentence
