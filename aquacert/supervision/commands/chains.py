"""Acts of supervision: check the audit chains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact, verify_chains
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from aquacert.supervision.models import ChainCheck
from aquacert.supervision.queries import size_of_trail


@dataclass(frozen=True)
class ChainsChecked(Fact):
    """Every audit chain was checked from its first entry."""

    tag: ClassVar[str] = "supervision:chain:check"
    title: ClassVar[str] = "核对审计链"
    chains: int
    entries: int
    breaks: int


def check_chains(db: Database, actor: Actor = SYSTEM) -> list[str]:
    """Check every audit chain and keep what was found; return the breaks.

    Read first, written afterwards, so that nobody waits for it. A writer may commit between two
    reads of one chain; so what looks broken is looked at again and counts only if it stays.
    """
    breaks, chains, entries = _look_at(db)
    if breaks:
        again, chains, entries = _look_at(db)
        breaks = [one for one in again if one in breaks]
    with db.work(actor) as w:
        row = w.add(
            ChainCheck(
                id=w.new_id(),
                checked_at=w.now,
                by=w.actor.label,
                chains=chains,
                entries=entries,
                breaks=breaks,
            )
        )
        w.record(ChainsChecked(chains, entries, len(breaks)), on=row)
    return breaks


def _look_at(db: Database) -> tuple[list[str], int, int]:
    with db.look(SYSTEM) as look:
        chains, entries = size_of_trail(look)
        return verify_chains(look.session), chains, entries
