"""What the rules plan for one batch, from what is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from aquacert.declarations.queries import facts as papers
from aquacert.hatcheries.rules import Unit
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling import parsers
from aquacert.sampling.queries.standing import needs_sample, ordered
from aquacert.sampling.rules import (
    CONFIDENCE,
    Design,
    LifeStage,
    Tissue,
    TissueRule,
    Warned,
    design,
    knows_tissue,
    stage_of,
    tissue_rule,
    warnings,
)

LARGE = 100_000
"""A lot counted by weight is taken as a large one: the table's last row."""


@dataclass(frozen=True)
class Wish:
    """What somebody asks of a plan. Percentages; `None` means as the rules have it."""

    prevalence: Decimal | None = None
    confidence: Decimal = CONFIDENCE
    pool_size: int | None = None
    sensitivity: Decimal = Decimal(1)
    specificity: Decimal = Decimal(1)
    technique: str = ""


def plan_of(
    look: Look,
    declaration_id: UUID,
    batch_id: UUID,
    wish: Wish | None = None,
    individuals: int | None = None,
) -> Design:
    """Return the plan for a batch; raise `Invalid` for a share that is none."""
    batch = batch_of(look, declaration_id, batch_id)
    return plan_for(
        look,
        species_code=batch.species_code,
        life_stage=batch.life_stage,
        population=animals_in(batch.quantity, batch.unit),
        wish=wish or Wish(),
        individuals=individuals,
    )


def animals_in(quantity: int, unit: str) -> int:
    """Return how many animals a batch or a pond's lot counts as; by weight it counts as large."""
    return LARGE if unit == Unit.KILOGRAM else quantity


def plan_for(
    look: Look,
    *,
    species_code: str,
    life_stage: str,
    population: int,
    wish: Wish,
    individuals: int | None = None,
) -> Design:
    """Return the plan for so many animals of a species at a stage."""
    _must_be_shares(wish)
    return design(
        parsers.size_rows(),
        parsers.pool_rules(),
        population=max(1, population),
        on=look.today,
        group=reference.species(look, species_code).group,
        stage=stage_of(life_stage).value,
        technique=wish.technique,
        prevalence=wish.prevalence,
        confidence=wish.confidence,
        individuals=individuals,
        pool_size=wish.pool_size,
        sensitivity=wish.sensitivity,
        specificity=wish.specificity,
    )


def advice(
    look: Look, species_code: str, life_stage: str, disease_code: str, length_mm: int | None
) -> TissueRule | None:
    """Return what the procedure takes from such animals for a disease; None when no rule says."""
    return tissue_rule(
        parsers.tissue_rules(),
        group=reference.species(look, species_code).group,
        stage=LifeStage(stage_of(life_stage)),
        disease_code=disease_code,
        length_mm=length_mm,
        on=look.today,
    )


def unknown_for(
    look: Look, species_code: str, tissue: Tissue, diseases: Iterable[str]
) -> list[str]:
    """Return the diseases for which no dated rule takes this tissue of such animals."""
    group = reference.species(look, species_code).group
    rules = parsers.tissue_rules()
    return [
        code
        for code in diseases
        if not knows_tissue(rules, group=group, disease_code=code, tissue=tissue, on=look.today)
    ]


def untaken(look: Look, batch_id: UUID) -> list[str]:
    """Return the diseases of a batch that wait for a sample."""
    return [row.disease_code for row in ordered(look, batch_id) if needs_sample(look, row)]


def warned_of(diseases: Iterable[str], water: Decimal | None, on: date) -> tuple[Warned, ...]:
    """Return the diseases whose temperatures the water misses."""
    return warnings(parsers.windows(), diseases, water, on)


def batch_of(look: Look, declaration_id: UUID, batch_id: UUID) -> papers.BatchLine:
    """Return one batch of a declaration, or raise `NotFound`."""
    papers.declaration(look, declaration_id)
    for line in papers.batches_of(look, declaration_id):
        if line.batch_id == batch_id:
            return line
    raise NotFound


def _must_be_shares(wish: Wish) -> None:
    shares = {
        "prevalence": (wish.prevalence or Decimal(2), Decimal("0.1"), Decimal(100)),
        "confidence": (wish.confidence, Decimal(50), Decimal("99.9")),
        "sensitivity": (wish.sensitivity, Decimal("0.01"), Decimal(1)),
        "specificity": (wish.specificity, Decimal("0.01"), Decimal(1)),
    }
    for name, (value, least, most) in shares.items():
        if not value.is_finite() or not least <= value <= most:
            sentence = f"应在 {least} 到 {most} 之间。"
            raise Invalid("抽样方案里有数不对。", **{name: sentence})
    if wish.pool_size is not None and not 1 <= wish.pool_size <= 1000:
        raise Invalid("每管个体数不对。", pool_size="1 到 1000 之间的整数")
