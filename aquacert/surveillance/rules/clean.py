"""The clean check (产地无疫回溯), pure: what was positive within so many months, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Evidence:
    """One positive that stands: of which disease, sampled or observed when, by which paper."""

    disease_code: str
    disease_name: str
    on: date
    paper: str
    """Number of the test report, or the source and number of the event."""

    @property
    def sentence(self) -> str:
        """Return 2026-03-02 检出白斑综合征阳性（报告 X）."""
        return f"{self.on} 检出{self.disease_name}阳性（{self.paper}）"


@dataclass(frozen=True)
class Clean:
    """What the months before a day say of a farm or a place."""

    months: int
    """0: no rule binds on that day, so nothing is asked."""
    since: date | None
    found: tuple[Evidence, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Say whether nothing positive stands in the period."""
        return not self.found

    @property
    def diseases(self) -> frozenset[str]:
        """Return the diseases that were found."""
        return frozenset(one.disease_code for one in self.found)

    @property
    def sentence(self) -> str:
        """Return what the check says, with its evidence."""
        if not self.months:
            return ""
        if self.is_clean:
            return f"近 {self.months} 个月没有检出阳性"
        found = "；".join(one.sentence for one in self.found)
        return f"近 {self.months} 个月：{found}"


def months_before(on: date, months: int) -> date:
    """Return the day so many months before; the last of a shorter month where there is none."""
    count = on.year * 12 + on.month - 1 - months
    year, month = divmod(count, 12)
    day = on.day
    while True:
        try:
            return date(year, month + 1, day)
        except ValueError:
            day -= 1
