"""Send samples to a designated laboratory under their blind codes, in a box with a manifest."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from aquacert.accounts import queries as accounts
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.sampling.commands.custody import note_sent
from aquacert.sampling.commands.facts import SamplesSent
from aquacert.sampling.models import AnySample, OrderedTest, Sample, SampleDispatch
from aquacert.sampling.queries import is_left, tests_of_sample
from aquacert.sampling.queries.labs import method_for
from aquacert.sampling.queries.plans import batch_of
from aquacert.sampling.rules import (
    ALPHABET,
    MATRIX_WORDS,
    MOVES,
    TISSUE_WORDS,
    Act,
    Matrix,
    State,
    Tissue,
    blind_stage,
)
from labs.intake.commands import Announced, Box, announce
from labs.intake.rules import BOX_NUMBER, Carrier, Preservation

KEPT_AS = {"live": "live", "ice": "ice", "ethanol": "ethanol", "rna": "ambient"}
"""How the box is said to be kept, from how the samples in it are."""


@dataclass(frozen=True)
class Parcel:
    """The box as its sender fills it in; an empty number is drawn. The waybill stays here."""

    number: str = ""
    carrier: Carrier = Carrier.OWN
    waybill: str = ""
    expected_at: datetime | None = None


def dispatch(
    w: Work,
    lab_id: UUID,
    sample_ids: Sequence[UUID],
    parcel: Parcel | None = None,
    *,
    leave_rest: bool = False,
) -> UUID:
    """Send samples to a designated laboratory and return the consignment's id.

    The laboratory must be in scope for every disease by a method of the rules; it must not belong
    to the farm's owner. It learns the blind codes and nothing of the farm. With `leave_rest` a
    sample goes for the tests it can do; the others wait for a sample of their own.
    """
    rows = [w.get_for_change(Sample, sample_id) for sample_id in sorted(set(sample_ids))]
    if not rows:
        raise Invalid("还没有选样品。", samples="至少选一份")
    items: list[Announced] = []
    apart: dict[UUID, str] = {}
    for row in rows:
        if row.state != State.TAKEN.value:
            raise Conflict(f"{row.sheet_number} 已经送样。")
        must_not_own(w, lab_id, row.organisation_id)
        token = apart.setdefault(row.organisation_id, secrets.token_hex(4))
        tests = _chosen(w, lab_id, row, leave_rest=leave_rest)
        items += [_announced(w, row, test, token) for test in tests]
    box = send_box(w, lab_id, rows[0].office_id, rows, items, parcel or Parcel())
    for row in rows:
        _sent(w, row, box)
        left = [test.disease_code for test in tests_of_sample(w, row.id) if is_left(test, row)]
        fact = SamplesSent(lab_id, len(rows), box.box_number, left)
        w.record(fact, on=row, county=row.origin_code)
    return box.consignment_id


def must_not_own(w: Work, lab_id: UUID, organisation_id: UUID) -> None:
    """Refuse a laboratory under the same owner as the farm (conflict of interest)."""
    if accounts.same_owner(w, lab_id, organisation_id):
        raise NotAllowed("这个实验室与货主属于同一业主，请送别的指定实验室。")


def send_box(
    w: Work,
    lab_id: UUID,
    sender_id: UUID,
    rows: Sequence[AnySample],
    items: Sequence[Announced],
    parcel: Parcel,
) -> SampleDispatch:
    """Announce one box to the laboratory and write it down on our side, waybill and all."""
    number = _box_number(parcel.number)
    _must_arrive_later(w, parcel.expected_at)
    kept = {KEPT_AS.get(row.preservation, "ice") for row in rows}
    preservation = Preservation(kept.pop()) if len(kept) == 1 else Preservation.ICE
    box = Box(number, parcel.carrier, parcel.expected_at, preservation)
    consignment_id = announce(w, lab_id=lab_id, items=items, box=box)
    return w.add(
        SampleDispatch(
            id=w.new_id(),
            sender_id=sender_id,
            origin_code=rows[0].origin_code,
            lab_id=lab_id,
            consignment_id=consignment_id,
            box_number=number,
            carrier=parcel.carrier.value,
            waybill=parcel.waybill.strip(),
            samples=len(rows),
            expected_at=parcel.expected_at,
            sent_at=w.now,
            sent_by_id=w.actor.person_id,
        )
    )


def _sent(w: Work, row: Sample, box: SampleDispatch) -> None:
    """Move one sample along with its box."""
    row.lab_id = box.lab_id
    row.consignment_id = box.consignment_id
    row.dispatch_id = box.id
    row.sent_at = w.now
    if row.custody_salt:
        note_sent(w, row, box)
    w.move(row, MOVES, Act.SEND)


def _chosen(w: Work, lab_id: UUID, row: Sample, *, leave_rest: bool) -> list[OrderedTest]:
    """Return the sample's tests the laboratory does, each with its method; the rest keep none.

    Raises `Invalid` when it can do none, or not all and the sender did not say to leave the rest.
    """
    done: list[OrderedTest] = []
    refused: list[Invalid] = []
    for test in tests_of_sample(w, row.id):
        try:
            test.method_code = method_for(w, lab_id, test.disease_code)
            done.append(test)
        except Invalid as error:
            test.method_code = ""
            refused.append(error)
    if refused and not (done and leave_rest):
        said = refused[0]
        if not done:
            raise said
        why = said.fields["lab_id"]
        raise Invalid(
            said.sentence,
            lab_id=why,
            leave_rest="勾上这里，就先送它能检的；其余的另抽样送别的实验室",
        )
    return done


def _announced(w: Work, row: Sample, test: OrderedTest, token: str) -> Announced:
    tenths = row.water_temperature_tenths
    batch = batch_of(w, row.declaration_id, row.batch_id)
    return Announced(
        blind_code=row.blind_code,
        disease_code=test.disease_code,
        method_code=test.method_code,
        matrix=TISSUE_WORDS[Tissue(row.tissue)] if row.tissue else MATRIX_WORDS[Matrix(row.matrix)],
        individuals=row.individuals,
        sampled_on=legal_day(row.taken_at),
        water_temperature=None if tenths is None else Decimal(tenths) / 10,
        species=reference.species(w, batch.species_code).name_zh,
        life_stage=blind_stage(row.life_stage or batch.life_stage),
        keep_apart=token,
    )


def _box_number(written: str) -> str:
    """Return the box's number: as written, or a random one that names no place."""
    number = written.strip().upper()
    if not number:
        letters = secrets.token_bytes(8)
        return "X-" + "".join(ALPHABET[byte % len(ALPHABET)] for byte in letters)
    if BOX_NUMBER.fullmatch(number) is None:
        raise Invalid("箱号不对。", box_number="3 到 20 位字母、数字和短横线，不要写地名")
    return number


def _must_arrive_later(w: Work, expected_at: datetime | None) -> None:
    if expected_at is not None and expected_at <= w.now:
        raise Invalid("预计到达时间已经过了。", expected_at="要晚于现在")
