"""What an inspection takes along of a farm's records, gathered once for every kind of file."""

from __future__ import annotations

from aquacert.hatcheries.documents.diary import DiaryPaper, DiaryRow, LedgerRow
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries.diary import diary_since, illnesses, withdrawals
from aquacert.hatcheries.queries.farms import licences
from aquacert.hatcheries.queries.records import looks_back_to, movements_since
from aquacert.hatcheries.rules.diary import NOTE_WORDS
from aquacert.hatcheries.rules.kinds import LICENCE_WORDS, LicenceKind
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference


def diary_paper(look: Look, farm: Hatchery) -> DiaryPaper:
    """Return the records of the past 12 months; the caller has shown that the farm is visible."""
    since = looks_back_to(look)
    return DiaryPaper(
        farm=farm.name,
        uscc=farm.uscc,
        place=reference.full_name(look, farm.division_code) + farm.place,
        since_on=since,
        until_on=look.today,
        licences=tuple(
            f"{LICENCE_WORDS[LicenceKind(one.kind)]} {one.number}，{one.from_on} 至 {one.until_on}"
            for one in licences(look, farm.id)
            if one.is_verified
        ),
        rows=tuple(
            DiaryRow(
                happened_on=one.happened_on,
                pond=one.pond_name or "全场",
                kind=NOTE_WORDS[one.kind],
                said=one.said,
                by=one.by,
                written=f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
                struck=one.struck_because,
                ended=f"{one.ended_on} {one.outcome}" if one.ended_on else "",
            )
            for one in diary_since(look, farm.id, since)
        ),
        ledger=tuple(
            LedgerRow(
                at=f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
                pond=one.pond_name,
                lot=one.lot_number,
                species=one.species_name,
                kind=one.kind,
                quantity=one.quantity,
                unit=one.unit,
                certificate=one.certificate,
                reason=one.reason,
            )
            for one in movements_since(look, farm.id, since)
        ),
        illnesses=len(illnesses(look, farm.id, since)),
        withdrawals=tuple(
            f"{one.pond_name or '全场'} {one.what}，至 {one.until}"
            for one in withdrawals(look, farm.id)
        ),
        is_demo=look.settings.is_demo,
    )
