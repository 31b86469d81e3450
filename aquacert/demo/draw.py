"""The draw in the demo: commitments before the day, a made-up lottery result, the ticket, the secret."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from aquacert.demo.cast import SECOND
from aquacert.inspections.commands.drawdays import commit_days, reveal_days, type_lottery
from aquacert.inspections.commands.draws import draw_on_acceptance
from aquacert.inspections.queries.draws import day_of, ticket_of
from aquacert.inspections.rules.drawing import TicketState
from aquacert.kernel.scope import SYSTEM

if TYPE_CHECKING:
    from aquacert.demo.story import Story

BALLS = 80
COUNT = 20


def publish(story: Story) -> None:
    """Publish the commitments of the coming days."""
    with story.database.work(SYSTEM) as w:
        commit_days(w)


def draw(story: Story, declaration_id: UUID) -> None:
    """Let two persons type the day's result, and draw a declaration that was just accepted."""
    with story.database.look(SYSTEM) as look:
        day, on = day_of(look, look.today), look.today
    if day is None or day.revealed_at is not None:
        return  # the demo ran before on this data, and that day is over
    for role in ("province_supervisor", SECOND):
        with story.database.work(story.actor(role)) as w:
            type_lottery(w, on, f"{on:%Y%j}", numbers(on))
    with story.database.work(SYSTEM) as w:
        draw_on_acceptance(w, declaration_id)
        line = ticket_of(w, declaration_id)
    if line is None or line.state is not TicketState.DRAWN:
        return
    hits = [
        word
        for word, hit in (
            ("加抽检测", bool(line.extra_disease)),
            ("第二名官方兽医复看", line.second_vet),
            ("监督人员复核", line.recheck),
        )
        if hit
    ]
    said = "、".join(hits) or "没有抽中，照常检疫"
    story.said(
        f"双随机抽签（信标为编造的示例号码）：签号 {line.ticket[:12]}…，{said}；公示 /draws/{on}"
    )


def reveal(story: Story) -> None:
    """Make the secrets of the days that are over public."""
    with story.database.work(SYSTEM) as w:
        done = reveal_days(w)
    if done:
        story.said(f"公布 {len(done)} 天的抽签密值：/draws 上任何人都能重算")


def numbers(on: date) -> str:
    """Return twenty numbers that were never drawn anywhere, the same for the same day."""
    order = sorted(
        range(1, BALLS + 1), key=lambda ball: hashlib.sha256(f"{on} {ball}".encode()).digest()
    )
    return " ".join(str(ball) for ball in order[:COUNT])
