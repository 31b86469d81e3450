"""What each machine check rests on: an article where there is one, else this product's own rule.

Only what was read or is remembered of the texts is named, with how sure we are of it; the numbers
themselves come from the dated rules (reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aquacert.declarations.rules.checks import Reason
from aquacert.reference.rules.dated import SURENESS_WORDS, DatedRule, Sureness

OWN_RULE = "本系统的规定，没有条文"
SOP = "水产苗种产地检疫规程（试行）2011"
MEASURES = "动物检疫管理办法（2022）"


@dataclass(frozen=True)
class Basis:
    """A text and how sure we are of it; without an article it is a rule of this product."""

    article: str = ""
    sureness: Sureness | None = None

    @property
    def words(self) -> str:
        """The article as pages name it."""
        return f"《{self.article}》" if self.article else OWN_RULE

    @property
    def mark(self) -> str:
        """What must be shown beside it; empty when it was read in the text."""
        if self.sureness in {None, Sureness.VERIFIED}:
            return ""
        return SURENESS_WORDS[self.sureness] if self.sureness else ""


BASES: Mapping[Reason, Basis] = {
    Reason.HATCHERY: Basis(),
    Reason.RECORD: Basis(),
    Reason.LICENCE: Basis(f"{SOP} 4.3.1", Sureness.VERIFIED),
    Reason.SPECIES: Basis(),
    Reason.STOCK: Basis(),
    Reason.HELD: Basis(),
    Reason.ZONE: Basis(f"{MEASURES} 第十四条", Sureness.RECALLED),
    Reason.PASSES: Basis(),
    Reason.ZONE_TEST: Basis(),
    Reason.CLEAN: Basis(f"{SOP} 4.3.1", Sureness.VERIFIED),
    Reason.UNCLEAN: Basis(f"{SOP} 4.3.1", Sureness.VERIFIED),
    Reason.LEAD_TIME: Basis(f"{MEASURES} 第八条", Sureness.VERIFIED),
    Reason.WILD: Basis("动物检疫管理办法（2010）第二十九条，2022 年以后沿用", Sureness.UNVERIFIED),
    Reason.SITES: Basis(f"{SOP} 4.3.2", Sureness.VERIFIED),
    Reason.ORIGIN: Basis(f"{SOP} 4.3.1", Sureness.VERIFIED),
    Reason.ASKS: Basis(),
    Reason.PLATE: Basis(),
}
"""Check → what it rests on (domain.md §1.2, §3.3)."""


@dataclass(frozen=True)
class ClockBasis:
    """Which rule a clock runs by: its length in words, the text, and whether it stands still."""

    title: str
    length: str
    article: str
    mark: str
    stopped: bool = False


def clock_basis(rule: DatedRule, *, stopped: bool) -> ClockBasis:
    """Return what a page says under a clock that runs (or stands) by `rule`."""
    return ClockBasis(
        title="补正答复期限" if stopped else "受理答复时限",
        length=rule.words,
        article=rule.article,
        mark=SURENESS_WORDS[rule.sureness] if rule.is_marked else "",
        stopped=stopped,
    )
