"""Send samples to a designated laboratory under their blind codes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from aquacert.accounts import queries as accounts
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.sampling.commands.facts import SamplesSent
from aquacert.sampling.models import OrderedTest, Sample
from aquacert.sampling.queries import tests_of_sample
from aquacert.sampling.rules import MATRIX_WORDS, MOVES, Act, Matrix, State
from labs.intake.commands import Announced, announce
from labs.register import queries as register


def dispatch(w: Work, lab_id: UUID, sample_ids: Sequence[UUID]) -> UUID:
    """Send samples to a designated laboratory and return the consignment's id.

    The laboratory must be in scope for every disease by a method of the rules; it must not belong
    to the farm's owner. It learns the blind codes and nothing of the farm.
    """
    rows = [w.get_for_change(Sample, sample_id) for sample_id in sample_ids]
    if not rows:
        raise Invalid("还没有选样品。", samples="至少选一份")
    items: list[Announced] = []
    for row in rows:
        if row.state != State.TAKEN.value:
            raise Conflict(f"{row.sheet_number} 已经送样。")
        if accounts.same_owner(w, lab_id, row.organisation_id):
            raise NotAllowed("这个实验室与货主属于同一业主，请送别的指定实验室。")
        items += [_announced(w, row, test, lab_id) for test in tests_of_sample(w, row.id)]
    consignment_id = announce(w, lab_id=lab_id, items=items)
    for row in rows:
        row.lab_id = lab_id
        row.consignment_id = consignment_id
        row.sent_at = w.now
        w.move(row, MOVES, Act.SEND)
        w.record(SamplesSent(lab_id, len(rows)), on=row, county=row.origin_code)
    return consignment_id


def _announced(w: Work, row: Sample, test: OrderedTest, lab_id: UUID) -> Announced:
    test.method_code = _method(w, lab_id, test.disease_code)
    tenths = row.water_temperature_tenths
    return Announced(
        blind_code=row.blind_code,
        disease_code=test.disease_code,
        method_code=test.method_code,
        matrix=MATRIX_WORDS[Matrix(row.matrix)],
        individuals=row.individuals,
        sampled_on=legal_day(row.taken_at),
        water_temperature=None if tenths is None else Decimal(tenths) / 10,
    )


def _method(w: Work, lab_id: UUID, disease_code: str) -> str:
    """Return the first method of the disease that the laboratory may use today."""
    for method in reference.methods(w, disease_code):
        if register.in_scope(w, lab_id, disease_code, method.code, w.today):
            return method.code
    name = reference.disease(w, disease_code).name_zh
    raise Invalid(
        f"这个实验室不能检{name}。", lab_id=f"没有{name}的有效检测能力，请选别的指定实验室"
    )
