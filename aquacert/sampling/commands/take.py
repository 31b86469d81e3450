"""Take and seal a sample."""

from __future__ import annotations

import secrets
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.sampling.commands.facts import SampleTaken
from aquacert.sampling.commands.orders import locked_paper
from aquacert.sampling.models import Sample
from aquacert.sampling.queries import needs_sample, ordered, samples_of
from aquacert.sampling.rules import Matrix, State, blind_code


def take_sample(
    w: Work,
    declaration_id: UUID,
    batch_id: UUID,
    *,
    matrix: Matrix,
    individuals: int,
    seal_number: str,
    taken_with: str,
    water_temperature: Decimal | None = None,
) -> UUID:
    """Take and seal one sample for every ordered, untaken test of the batch; return its id."""
    paper = locked_paper(w, declaration_id)
    rows = [row for row in ordered(w, batch_id) if needs_sample(w, row)]
    if not rows:
        raise NotAllowedNow("这一批没有等着抽样的检测项目。")
    if individuals <= 0:
        raise Invalid("抽样数至少为 1。", individuals="整数，例如 150")
    if not seal_number.strip():
        raise Invalid("请写封样号。", seal_number="照封签上的号码写")
    if not taken_with.strip():
        raise Invalid("抽样要两人在场。", taken_with="写明另一位抽样人的岗位")
    number = len(samples_of(w, paper.id)) + 1
    row = w.add(
        Sample(
            id=w.new_id(),
            declaration_id=paper.id,
            batch_id=batch_id,
            origin_code=paper.origin_code,
            office_id=paper.office_id,
            organisation_id=paper.organisation_id,
            vet_id=paper.vet_id,
            number=number,
            sheet_number=f"{paper.number}-S{number}",
            seal_number=_unused_seal(w, seal_number.strip()),
            blind_code=blind_code(secrets.token_bytes(16)),
            matrix=matrix.value,
            individuals=individuals,
            water_temperature_tenths=(
                None if water_temperature is None else round(water_temperature * 10)
            ),
            taken_at=w.now,
            taken_by_id=w.actor.person_id,
            taken_with=taken_with.strip(),
            state=State.TAKEN.value,
        )
    )
    for test in rows:
        test.sample_id = row.id
    fact = SampleTaken(
        row.sheet_number, row.seal_number, individuals, [test.disease_code for test in rows]
    )
    w.record(fact, on=row, county=row.origin_code)
    return row.id


def _unused_seal(w: Work, seal_number: str) -> str:
    if w.one(select(Sample.id).where(Sample.seal_number == seal_number)) is not None:
        raise Invalid("这个封样号用过了。", seal_number="封签只能用一次，请核对号码")
    return seal_number
