"""Figures of the rounds: each test adds its own, and the run ends with all of them."""

from __future__ import annotations

import pytest

from tests.faults.killing import kill_the_rest

FIGURES: list[Figures] = []
SUMMED = ("rounds", "acknowledged", "lost", "orphans settled")


class Figures:
    """What one test counted, in the order it was counted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counts: dict[str, float] = {}

    def add(self, what: str, count: float = 1) -> None:
        """Count more of something."""
        self.counts[what] = self.counts.get(what, 0) + count

    def __getitem__(self, what: str) -> float:
        return self.counts.get(what, 0)

    def __str__(self) -> str:
        said = ", ".join(f"{count:g} {what}" for what, count in self.counts.items())
        return f"{self.name}: {said}"


@pytest.fixture
def figures(request):
    """Counts of this test, shown at the end of the run."""
    kept = Figures(f"{request.node.name} [{request.config.getoption('--database')}]")
    yield kept
    kill_the_rest()
    FIGURES.append(kept)


def pytest_terminal_summary(terminalreporter):
    """End with the figures of every test that kept some, and their sums."""
    if not FIGURES:
        return
    terminalreporter.section("figures")
    for kept in FIGURES:
        terminalreporter.write_line(str(kept))
    sums = [f"{sum(kept[what] for kept in FIGURES):g} {what}" for what in SUMMED]
    failed = sum(len(terminalreporter.stats.get(how, ())) for how in ("failed", "error"))
    terminalreporter.write_line(f"in all: {', '.join(sums)}, {failed} failures")
