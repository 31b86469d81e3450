"""Builders of samples and of a whole tested batch; all go through commands."""

from __future__ import annotations

import itertools
from decimal import Decimal
from uuid import UUID

from aquacert.kernel.work import Database
from aquacert.sampling.commands import dispatch, order_sampling, take_sample
from aquacert.sampling.queries import sample
from aquacert.sampling.rules import Matrix
from labs.intake.commands import receive_item
from tests.make.declarations import Paper
from tests.make.labs import Lab, make_report

COUNT = itertools.count(1)


def make_sample(db: Database, paper: Paper, batch: int = 0) -> UUID:
    """Order the required tests of a batch and seal one sample for them."""
    batch_id = paper.batch_ids[batch]
    with db.work(paper.vet.actor) as w:
        order_sampling(w, paper.declaration_id, batch_id)
    with db.work(paper.vet.actor) as w:
        return take_sample(
            w,
            paper.declaration_id,
            batch_id,
            matrix=Matrix.WHOLE,
            individuals=150,
            seal_number=f"F{next(COUNT):06d}",
            taken_with="协检员",
            water_temperature=Decimal("28.5"),
        )


def send(db: Database, paper: Paper, sample_id: UUID, lab: Lab) -> str:
    """Send one sample to the laboratory, let it be received; return its blind code."""
    with db.work(paper.vet.actor) as w:
        dispatch(w, lab.lab_id, [sample_id])
        code = sample(w, sample_id).blind_code
    with db.work(lab.receiver.actor) as w:
        receive_item(w, code, "good")
    return code


def tested(db: Database, paper: Paper, lab: Lab, *cqs: str | None, batch: int = 0) -> UUID:
    """Take one batch's sample all the way to an authorised report; return the report."""
    code = send(db, paper, make_sample(db, paper, batch), lab)
    return make_report(db, lab, code, *cqs)
