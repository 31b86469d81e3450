"""One plan for one batch: how many, from what, in which pools, and what that achieves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aquacert.sampling.rules.pools import PoolRule, in_pools, pool_rule
from aquacert.sampling.rules.size import (
    Basis,
    Number,
    SizeRow,
    chance,
    diseased,
    false_alarm,
    number_of,
)

PREVALENCES = (2, 5, 10)
"""Percent of infected animals the standard's table has columns for."""
CONFIDENCE = Decimal(95)
USUAL_PREVALENCE = {"mollusc": 10}
"""Percent assumed where nobody says otherwise: 2, but 10 for molluscs (30 individuals, recalled)."""
USUAL_POOL = 5


@dataclass(frozen=True)
class Design:
    """A plan by the rules, or one somebody chose for a reason (`because`). Percentages."""

    population: int
    prevalence: Decimal
    confidence: Decimal
    individuals: int
    basis: Basis
    number: Number
    pools: tuple[int, ...]
    pool_most: int
    pool_sureness: str
    sensitivity: Decimal
    specificity: Decimal
    detection: float
    """Probability that at least one pool reacts when `prevalence` of the lot is infected."""
    false_alarm: float

    @property
    def achieved(self) -> str:
        """The probability as a percentage with one decimal, rounded down: never told too high."""
        return f"{int(self.detection * 1000) / 10:.1f}"

    @property
    def is_enough(self) -> bool:
        """Say whether as many are taken as the rules ask."""
        return self.individuals >= self.number.individuals

    @property
    def is_weaker(self) -> bool:
        """Say whether it assumes more infection, or asks for less confidence, than the table does."""
        return self.prevalence > PREVALENCES[-1] or self.confidence < CONFIDENCE


def design(
    sizes: Iterable[SizeRow],
    pool_rules: Iterable[PoolRule],
    *,
    population: int,
    on: date,
    group: str,
    stage: str = "",
    technique: str = "",
    prevalence: Decimal | None = None,
    confidence: Decimal = CONFIDENCE,
    individuals: int | None = None,
    pool_size: int | None = None,
    sensitivity: Decimal = Decimal(1),
    specificity: Decimal = Decimal(1),
) -> Design:
    """Return the plan; `individuals` and `pool_size` given make it somebody's own."""
    share = prevalence or Decimal(USUAL_PREVALENCE.get(group, PREVALENCES[0]))
    number = number_of(sizes, population, share, confidence, on)
    rule = pool_rule(pool_rules, group, stage, technique, on)
    taken = number.individuals if individuals is None else individuals
    size = pool_size or (rule.usual if rule else USUAL_POOL)
    pools = in_pools(taken, size)
    return Design(
        population=population,
        prevalence=share,
        confidence=confidence,
        individuals=taken,
        basis=number.basis if taken == number.individuals else Basis.CUSTOM,
        number=number,
        pools=pools,
        pool_most=rule.most if rule else USUAL_POOL,
        pool_sureness=rule.sureness if rule else "",
        sensitivity=sensitivity,
        specificity=specificity,
        detection=chance(population, diseased(population, share), pools, sensitivity),
        false_alarm=false_alarm(len(pools), specificity),
    )
