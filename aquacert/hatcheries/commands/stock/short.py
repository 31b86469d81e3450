"""A lot that holds less than its open declarations want: the office that waits for it is told."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries.offices import office_of
from aquacert.hatcheries.models import Pond
from aquacert.hatcheries.queries.stock import lot_of, short_by
from aquacert.kernel.errors import NotReady
from aquacert.kernel.work import Work


def tell_if_short(w: Work, lot_id: UUID, before: int) -> int:
    """Tell the office once a lot no longer holds what is declared of it; return what is missing.

    `before` is what was missing before the entry: who knew already is not told again.
    """
    missing = short_by(w, lot_id)
    if missing and not before:
        farm, lot = lot_of(w, lot_id)
        pond = w.get(Pond, lot.pond_id).name
        with suppress(NotReady):  # no office answers for the place any more
            accounts.tell(
                w,
                to_organisation=office_of(w, farm.division_code, farm.office_id),
                kind="hatchery",
                subject=f"{farm.name}{pond}的存塘不够已申报的了，还差 {missing:,} {lot.unit}。",
                body="请和场里核对，申报要改或撤回。",
                link=f"/hatcheries/lots/{lot_id}",
            )
    return missing
