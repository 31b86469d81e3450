"""Sheets of pre-printed labels, what became of each label, and how often things were printed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.work import Look
from aquacert.sampling.models import LabelPrint, LabelSheet, SampleLabel
from aquacert.sampling.rules import LabelState


def label_sheets(look: Look, words: str = "") -> Select[LabelSheet]:
    """Select the sheets of this person's scope, newest first."""
    chosen = select(LabelSheet).where(look.visible(LabelSheet))
    if words.strip():
        chosen = chosen.where(look.matching(LabelSheet, words))
    return chosen.order_by(LabelSheet.id.desc())


def label_sheet(look: Look, sheet_id: UUID) -> LabelSheet:
    """Return a sheet, or raise `NotFound` (also out of scope)."""
    return look.get(LabelSheet, sheet_id)


def labels_of(look: Look, sheet_id: UUID) -> list[SampleLabel]:
    """Return the labels of a sheet in scope, in their order on paper."""
    label_sheet(look, sheet_id)
    return look.scalars(
        select(SampleLabel).where(SampleLabel.sheet_id == sheet_id).order_by(SampleLabel.ordinal)
    )


def counts_of(look: Look, sheet_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Return, for each sheet, how many of its labels are free, used and void."""
    rows = look.session.execute(
        select(SampleLabel.sheet_id, SampleLabel.state, func.count())
        .where(SampleLabel.sheet_id.in_(sheet_ids))
        .group_by(SampleLabel.sheet_id, SampleLabel.state)
    ).all()
    found: dict[UUID, dict[str, int]] = {key: {} for key in sheet_ids}
    for sheet_id, state, count in rows:
        found[sheet_id][state] = count
    return found


def free_labels(look: Look, units: Collection[UUID]) -> int:
    """Return how many unused labels these units hold."""
    wanted = select(func.count()).select_from(SampleLabel)
    free = SampleLabel.state == LabelState.FREE.value
    return look.session.scalar(wanted.where(SampleLabel.unit_id.in_(units), free)) or 0


def prints_of(look: Look, subject_id: UUID) -> list[LabelPrint]:
    """Return every printing of a sheet's, a sample's or a self-test's labels, first to last."""
    return look.scalars(
        select(LabelPrint).where(LabelPrint.subject_id == subject_id).order_by(LabelPrint.ordinal)
    )
