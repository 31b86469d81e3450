"""One process of the application that asks for certificates with many threads at once.

`python -m tests.faults.asker PLAN`: it opens the database, says `ready`, waits for a line, asks,
and prints one line for each ask: the certificate's number, or the refusal's class and sentences.
"""

from __future__ import annotations

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Barrier
from uuid import UUID

from aquacert.app import open_house
from aquacert.certificates import commands, queries
from aquacert.kernel import logs
from aquacert.kernel.clock import FixedClock
from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.settings import Settings


@dataclass(frozen=True)
class Plan:
    """What a process needs to know to ask for certificates."""

    settings: Settings
    now: datetime
    actor: Actor
    asks: tuple[tuple[UUID, str], ...]
    """loads and the digests that were confirmed"""
    threads: int


def run(plan: Plan) -> list[str]:
    """Ask for everything; return an answer for each ask."""
    house = open_house(plan.settings, FixedClock(plan.now))
    together = Barrier(min(plan.threads, len(plan.asks)))

    def ask(numbered: tuple[int, tuple[UUID, str]]) -> str:
        place, (load_id, digest) = numbered
        if place < together.parties:
            together.wait()
        try:
            issued = commands.issue(house.database, plan.actor, load_id, house.keys, digest)
        except AquaCertError as error:
            reasons = " ".join(getattr(error, "reasons", ()))
            return f"{type(error).__name__} {error.sentence} {reasons}"
        except Exception as error:
            return f"BUG {type(error).__name__} {error!r}".replace("\n", " ")
        with house.database.look(SYSTEM) as look:
            return queries.certificate(look, issued).number

    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(plan.threads) as pool:
        answers = list(pool.map(ask, enumerate(plan.asks)))
    house.database.close()
    return answers


if __name__ == "__main__":
    logs.set_up(quiet=True)
    for answer in run(pickle.loads(Path(sys.argv[1]).read_bytes())):
        print(answer)
