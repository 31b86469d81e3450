"""Run the measures: `python -m bench [--full] [name …]`; `make bench`, `make bench FULL=1`.

For each measure, floor and ours are run interleaved (floor, ours, ours, floor) in at least 7
such rounds, so that a machine that slows down slows both. On standard output stands one line:

    name ratio goal lower-or-higher n

`ratio` is the median over the rounds. The quartiles, and what else a measure has to say (p99), go
to standard error. A measure is short only when the whole interquartile range misses the goal; then
the exit status is 1.

A measure is a module of this folder with NAME, GOAL, BETTER ("lower" or "higher") and two
callables, `floor()` and `ours()`. Each either does its work once and is timed (seconds), or returns
a number of its own: a rate, of which more is better. It may have `prepare(full)`, which is not
timed, `notes()`, lines to print, `close()`, and PAIRS, how many rounds.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from types import ModuleType

MEASURES = (
    "verify_page",
    "verify_code",
    "issue",
    "issue_batch",
    "verdict_to_certificate",
    "document",
    "qr",
    "log",
    "status_list",
    "search",
    "turnaround",
    "rdml",
    "lab_import",
    "declare",
    "declaration_list",
    "ledger",
    "stock_import",
    "near_duplicate",
    "sync_day",
    "upload",
    "memory",
    "field_app",
    "feed_import",
    "feed_reimport",
    "zone_query",
    "zone_recheck",
)
LEAST_PAIRS = 7


@dataclass(frozen=True)
class Outcome:
    """What came of one measure."""

    name: str
    ratio: float
    low: float
    high: float
    goal: float
    better: str
    pairs: int

    @property
    def is_short(self) -> bool:
        """Say whether even the better quartile misses the goal."""
        return self.high < self.goal if self.better == "higher" else self.low > self.goal

    def __str__(self) -> str:
        return f"{self.name} {self.ratio:.3f} {self.goal:g} {self.better} {self.pairs}"


def measure(module: ModuleType, *, full: bool) -> Outcome:
    """Run one measure and return its outcome."""
    getattr(module, "prepare", _nothing)(full)
    pairs = max(LEAST_PAIRS, getattr(module, "PAIRS", LEAST_PAIRS))
    _value(module.floor), _value(module.ours)
    ratios = [_round(module) for _ in range(pairs)]
    low, _, high = quantiles(ratios, n=4)
    return Outcome(module.NAME, median(ratios), low, high, module.GOAL, module.BETTER, pairs)


def _round(module: ModuleType) -> float:
    """Run floor, ours, ours, floor and return the ratio in the direction of the goal."""
    first, second = _value(module.floor), _value(module.ours)
    third, fourth = _value(module.ours), _value(module.floor)
    floor, ours = first[0] + fourth[0], second[0] + third[0]
    is_rate = first[1]
    # As rates "higher" is ours/floor and "lower" is floor/ours; as seconds it is the other way.
    return ours / floor if is_rate == (module.BETTER == "higher") else floor / ours


def _value(run: Callable[[], object]) -> tuple[float, bool]:
    """Return (value, is_rate): what `run` returned when that is a number, else its seconds."""
    begins = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - begins
    if isinstance(result, int | float) and not isinstance(result, bool):
        return float(result), True
    return seconds, False


def _nothing(*_arguments: object) -> None:
    """Stand in for a hook that a measure does not have."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named measures, print their lines, and return the exit status."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"measures to run (all: {', '.join(MEASURES)})")
    parser.add_argument("--full", action="store_true", help="the large sizes")
    asked = parser.parse_args(arguments)
    full = asked.full or os.environ.get("FULL", "0") not in {"", "0"}
    short = False
    for name in asked.names or MEASURES:
        module = _module(name)
        if module is None:
            print(f"# {name}: not there", file=sys.stderr)
            short = True
            continue
        with _quiet():
            outcome = measure(module, full=full)
        print(outcome, flush=True)
        _say_more(module, outcome)
        getattr(module, "close", _nothing)()
        short = short or outcome.is_short
    return 1 if short else 0


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        if error.name == f"bench.{name}":
            return None
        raise


def _say_more(module: ModuleType, outcome: Outcome) -> None:
    lines = [f"quartiles {outcome.low:.3f} {outcome.high:.3f}"]
    lines += list(getattr(module, "notes", list)())
    for line in lines:
        print(f"# {outcome.name}: {line}", file=sys.stderr, flush=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep a measure's own chatter off the lines that programs read."""
    kept = sys.stdout
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = kept


if __name__ == "__main__":
    sys.exit(main())
