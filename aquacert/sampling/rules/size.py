"""How many individuals, and how sure that makes us.

The table of SC/T 7103-2008 is what binds (stored as data, with its version and how sure we are of
its wording); the formula n = (1 − (1 − CL)^(1/D)) · (N − (D − 1)/2) checks it, and answers where
the table has no column. What a sample achieves is reckoned exactly: hypergeometric for the lot as
large as it is, with the sensitivity and specificity of a pool when they are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import ceil, exp, lgamma, log, log1p


class Basis(StrEnum):
    """What a number of individuals rests on."""

    TABLE = "table"
    FORMULA = "formula"
    CENSUS = "census"
    CUSTOM = "custom"


BASIS_WORDS: Mapping[Basis, str] = {
    Basis.TABLE: "按标准的表",
    Basis.FORMULA: "按公式",
    Basis.CENSUS: "整批都取",
    Basis.CUSTOM: "自定",
}


@dataclass(frozen=True)
class SizeRow:
    """One cell of a printed table: a lot of `population` needs `individuals`. Percentages whole."""

    version: str
    population: int
    prevalence: int
    confidence: int
    individuals: int
    standard: str
    sureness: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True)
class Number:
    """How many to take, why that many, and what the formula would say."""

    individuals: int
    basis: Basis
    version: str
    standard: str
    sureness: str
    formula: int


def in_force(rows: Iterable[SizeRow], on: date) -> list[SizeRow]:
    """Return the rows that bind on a day."""
    return [r for r in rows if r.from_on <= on and (r.until_on is None or on <= r.until_on)]


def diseased(population: int, prevalence: Decimal) -> int:
    """Return the fewest infected animals that make up `prevalence` percent of a lot, at least 1."""
    return max(1, ceil(Decimal(population) * prevalence / 100))


def by_formula(population: int, prevalence: Decimal, confidence: Decimal) -> int:
    """Return n of the formula, rounded up, never more than the lot. Percentages."""
    infected = max(1.0, float(population * prevalence / 100))
    miss = 1 - float(confidence) / 100
    spared: float = miss ** (1 / infected)
    raw = (1 - spared) * (population - (infected - 1) / 2)
    return max(1, min(population, ceil(round(raw, 6))))


def number_of(
    rows: Iterable[SizeRow], population: int, prevalence: Decimal, confidence: Decimal, on: date
) -> Number:
    """Return how many to take from a lot of so many: the table first, else the formula.

    Between two printed lots the larger one's number holds, so that nothing is sampled too thin;
    a lot smaller than its number is taken whole. Raises `ValueError` for a share outside 0–100.
    """
    if population < 1 or not 0 < prevalence <= 100 or not 0 < confidence < 100:
        raise ValueError(population, prevalence, confidence)
    formula = by_formula(population, prevalence, confidence)
    row = _row(in_force(rows, on), population, prevalence, confidence)
    if row is None:
        basis = Basis.CENSUS if formula == population else Basis.FORMULA
        return Number(formula, basis, "", "", "", formula)
    basis = Basis.CENSUS if row.individuals >= population else Basis.TABLE
    taken = min(population, row.individuals)
    return Number(taken, basis, row.version, row.standard, row.sureness, formula)


def _row(
    rows: Sequence[SizeRow], population: int, prevalence: Decimal, confidence: Decimal
) -> SizeRow | None:
    column = sorted(
        (r for r in rows if r.prevalence == prevalence and r.confidence == confidence),
        key=lambda r: r.population,
    )
    return next((r for r in column if r.population >= population), column[-1] if column else None)


def chance(
    population: int,
    infected: int,
    pools: Sequence[int],
    sensitivity: Decimal = Decimal(1),
) -> float:
    """Return the probability that at least one pool reacts to an infected animal in it.

    Exact for a finite lot: with Z pools that hold an infected animal the sample is missed with
    (1 − Se)^Z, whose mean is a sum over how many named pools are free of infection. `pools` are
    sizes, all alike but perhaps the last. A healthy lot gives 0. Never above 1.
    """
    if infected <= 0 or not pools:
        return 0.0
    seen, size, last = float(sensitivity), pools[0], pools[-1]
    if seen >= 1:
        return min(1.0, max(0.0, 1 - free_of(population, infected, sum(pools))))
    whole, rest = (len(pools), 0) if last == size else (len(pools) - 1, last)
    missed, some = 0.0, 1.0
    for free, weight in enumerate(binomial(whole, seen)):
        taken = free * size
        both = some * free_of(population, infected, rest, taken)
        missed += weight * ((1 - seen) * some + seen * both if rest else some)
        some *= free_of(population, infected, size, taken)
    return min(1.0, max(0.0, 1 - missed))


def binomial(count: int, share: float) -> list[float]:
    """Return the probability of 0, 1 … `count` hits, each of probability `share` inside 0–1.

    By logarithms: the number of ways to choose among a thousand tubes is more than a float holds.
    """
    ways = [lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1) for k in range(count + 1)]
    hit, miss = log(share), log1p(-share)
    return [exp(way + k * hit + (count - k) * miss) for k, way in enumerate(ways)]


def free_of(population: int, infected: int, taken: int, before: int = 0) -> float:
    """Return the probability that none of `taken` is infected, when none of `before` was."""
    if before + taken > population - infected:
        return 0.0
    result = 1.0
    for i in range(before, before + taken):
        result *= (population - infected - i) / (population - i)
    return result


def false_alarm(pools: int, specificity: Decimal) -> float:
    """Return the probability that a healthy lot reacts at least once."""
    return 1 - float(specificity) ** pools
