"""Counting guesses. The table holds keyed digests, so it names neither accounts nor addresses."""

from sqlalchemy import select

from aquacert.accounts.commands.facts import GuessingLocked
from aquacert.accounts.models import Throttle
from aquacert.accounts.rules.throttling import LIMITS, Gate, in_words, is_over, wait_seconds
from aquacert.kernel.db import blind
from aquacert.kernel.errors import TooMany
from aquacert.kernel.work import Work


def _key(gate: Gate, what: str) -> str:
    return blind(f"throttle {gate}", what)


def _row(w: Work, gate: Gate, what: str) -> Throttle | None:
    return w.one(select(Throttle).where(Throttle.gate == gate, Throttle.key == _key(gate, what)))


def wait(w: Work, gate: Gate, what: str) -> int:
    """Return the seconds to wait before the next guess at `what`; 0 = may guess."""
    row = _row(w, gate, what)
    return 0 if row is None else wait_seconds(row.since_at, row.tries, w.now, LIMITS[gate])


def tries_left(w: Work, gate: Gate, what: str) -> int:
    """Return how many guesses are left in this window."""
    row = _row(w, gate, what)
    made = 0 if row is None or is_over(row.since_at, w.now, LIMITS[gate]) else row.tries
    return LIMITS[gate].tries - made


def count_try(w: Work, gate: Gate, what: str) -> bool:
    """Count one guess; return True when it was the last one of this window."""
    row = w.one(
        select(Throttle)
        .where(Throttle.gate == gate, Throttle.key == _key(gate, what))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        row = Throttle(id=w.new_id(), gate=gate, key=_key(gate, what), since_at=w.now, tries=0)
    if is_over(row.since_at, w.now, LIMITS[gate]):
        row.since_at, row.tries = w.now, 0
    row.tries += 1
    w.add(row)
    return row.tries == LIMITS[gate].tries


def count_at(w: Work, gate: Gate, what: str) -> None:
    """Count one use of a door before it is judged; raise `TooMany` when there were too many."""
    if seconds := wait(w, gate, what):
        raise TooMany(f"办得太频繁了，请 {in_words(seconds)}后再试。")
    if count_try(w, gate, what):
        w.record(GuessingLocked(gate), on=("throttles", gate))


def count_registration(w: Work, address: str) -> None:
    """Count a stranger's registration from a network address; raise `TooMany`."""
    count_at(w, Gate.REGISTER, address)


def release(w: Work, gate: Gate, what: str) -> None:
    """Forget the guesses at `what` after a right one."""
    row = _row(w, gate, what)
    if row is not None:
        w.session.delete(row)
        w.session.flush()


def give_back(w: Work, gate: Gate, what: str) -> None:
    """Take one counted guess back: it was a right one (an address is shared by many people)."""
    row = _row(w, gate, what)
    if row is not None and row.tries > 0:
        row.tries -= 1
        w.session.flush()
