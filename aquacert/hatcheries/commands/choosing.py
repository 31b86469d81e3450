"""Which of several licences of one kind stands: asked after a merge, answered by the county."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.accounts import commands as accounts
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries.doubled import doubled
from aquacert.hatcheries.rules import LICENCE_WORDS, LicenceKind
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work

SHORTEST = 4


@dataclass(frozen=True)
class LicencesChosen(Fact):
    """Of several licences of one kind the county said which stand."""

    tag: ClassVar[str] = "hatcheries:licence:choose"
    title: ClassVar[str] = "选定作数的许可证"
    kind: str
    standing: tuple[str, ...]
    set_aside: tuple[str, ...]


def choose_licences(
    w: Work, hatchery_id: UUID, kind: str, *, standing: Collection[UUID], because: str
) -> None:
    """Let the chosen licences of a kind stand; the others open nothing from now, with the reason.

    Raises `NotAllowedNow` when there is nothing (left) to choose, `Invalid` for no choice.
    """
    said = " ".join(because.split())[:300]
    if len(said) < SHORTEST:
        raise Invalid("请写明理由。", because=f"理由不少于 {SHORTEST} 个字，企业会看到。")
    farm = w.get_for_change(Hatchery, hatchery_id)
    rows = doubled(w, farm.id).get(kind)
    if not rows:
        raise NotAllowedNow("这一类的证只有一份作数了，不用再选。")
    chosen = [row for row in rows if row.id in set(standing)]
    if not chosen:
        raise Invalid("请选作数的一份。", standing="请至少选一份作数的证。")
    aside = [row for row in rows if row not in chosen]
    for row in chosen:
        row.stands_at = w.now
    numbers = "、".join(row.number for row in chosen)
    for row in aside:
        row.verified_at, row.returned_because = None, f"县里定了以 {numbers} 为准：{said}"
    fact = LicencesChosen(
        kind, tuple(row.number for row in chosen), tuple(row.number for row in aside)
    )
    w.record(fact, on=farm, county=farm.division_code, reason=said)
    accounts.tell(
        w,
        to_organisation=farm.organisation_id,
        kind="hatchery",
        subject=f"{LICENCE_WORDS[LicenceKind(kind)]}：县里定了以 {numbers} 为准。",
        body=said,
        link="/hatcheries/own/licences",
    )
