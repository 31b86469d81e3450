"""Who runs low is told once, and again only after the stock was enough in between."""

from __future__ import annotations

from sqlalchemy import select

from aquacert.accounts import commands as inbox
from aquacert.certificates.models import NumberAlert
from aquacert.certificates.numbers.commands.facts import StockLow
from aquacert.certificates.numbers.commands.ledger import Holder
from aquacert.certificates.numbers.commands.requests import LINK, MESSAGE, wish
from aquacert.certificates.numbers.queries.stock import HolderLine, stock
from aquacert.certificates.rules.kinds import Kind
from aquacert.kernel.work import Look, Work


def crossings(look: Look) -> list[tuple[Kind, HolderLine]]:
    """Return whose stock became low, or enough again, since they were last told."""
    low = set(look.scalars(select(NumberAlert.wish).where(NumberAlert.is_low)))
    return [
        (kind, line)
        for kind in Kind
        for line in stock(look, kind.value).holders.values()
        if line.is_low != (_wish(kind, line) in low)
    ]


def watch_stock(w: Work) -> int:
    """Tell every holder whose stock became low since the last round; return how many were told."""
    return sum(_note(w, kind, line) for kind, line in crossings(w))


def _wish(kind: Kind, line: HolderLine) -> str:
    body, person = line.key
    return wish(Holder(body, line.division_code, person), kind.value)


def _note(w: Work, kind: Kind, line: HolderLine) -> bool:
    """Note a crossing; return whether somebody was told."""
    name = _wish(kind, line)
    before = w.one(select(NumberAlert).where(NumberAlert.wish == name))
    if before is None:
        before = w.add(NumberAlert(id=w.new_id(), wish=name, is_low=True, changed_at=w.now))
    before.is_low, before.changed_at = line.is_low, w.now
    w.record(
        StockLow(line.name, line.left, line.is_low), on=before, county=line.division_code or None
    )
    if line.is_low:
        _tell(w, kind, line)
    return line.is_low


def _tell(w: Work, kind: Kind, line: HolderLine) -> None:
    body, person = line.key
    lasts = f"，约够 {line.days} 天" if line.days is not None else ""
    inbox.tell(
        w,
        kind=MESSAGE,
        subject=f"动物{kind.value}证号快用完了：{line.name}剩 {line.left} 个{lasts}",
        body="请向上级申领，或从结存里补发。",
        to_person=person,
        to_organisation=None if person else body,
        link=f"{LINK}?kind={kind.value}&at={line.word}",
    )
