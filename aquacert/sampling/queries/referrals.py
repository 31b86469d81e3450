"""Where each sample of the sending side stands: to be sent here, or on one list of its laboratory."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.sampling.models import AnySample, PlanSample, Sample, SelfTest
from aquacert.sampling.rules import State
from labs.intake.queries.lists import lists_of
from labs.intake.rules.lists import LIST_WORDS

TO_SEND = "to_send"
REFERRAL_WORDS = {TO_SEND: "待送样", **{str(listed): word for listed, word in LIST_WORDS.items()}}


def referrals(look: Look, rows: Iterable[AnySample]) -> dict[str, str]:
    """Return the one list each sample stands on, by blind code; "" for one that is on none.

    A sample not sent is to be sent and known to no laboratory; any other stands on a list of its
    laboratory.
    """
    states = {row.blind_code: row.state for row in rows}
    listed = lists_of(look, states)
    return {code: _place(state, listed.get(code, "")) for code, state in states.items()}


def unlisted(look: Look) -> list[str]:
    """Return the blind codes of open samples of every sort that are on no list; must be empty."""
    done = State.RELEASED.value
    rows: list[AnySample] = [
        *look.scalars(select(Sample).where(look.visible(Sample), Sample.state != done)),
        *look.scalars(select(SelfTest).where(look.visible(SelfTest), SelfTest.state != done)),
        *look.scalars(select(PlanSample).where(look.visible(PlanSample), PlanSample.state != done)),
    ]
    return sorted(code for code, place in referrals(look, rows).items() if not place)


def _place(state: str, listed: str) -> str:
    if state == State.TAKEN.value:
        return "" if listed else TO_SEND
    return str(listed)
