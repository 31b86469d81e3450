"""Pre-printed labels: handed to a unit, printed, put on one sample, or voided."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts import queries as accounts
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.work import Work
from aquacert.sampling.commands.facts import LabelPrinted, LabelsIssued, LabelVoided
from aquacert.sampling.models import (
    AnySample,
    LabelPrint,
    LabelSheet,
    PlanSample,
    Sample,
    SampleLabel,
    SelfTest,
)
from aquacert.sampling.rules import (
    LABEL_SENTENCES,
    MOST_LABELS,
    LabelFault,
    LabelState,
    blind_code,
    label_fault,
    read_code,
    scanned_alike,
)


def issue_labels(w: Work, unit_id: UUID, count: int) -> UUID:
    """Hand `count` labels with fresh random codes to an office or a hatchery; return the sheet.

    The codes follow nothing: neither unit nor order can be read from one.
    """
    unit = accounts.organisation(w, unit_id)
    scope = w.actor.scope
    if not (scope.everything or unit.division_code in scope.divisions):
        raise NotFound
    if unit.kind not in {"agency", "hatchery"}:
        raise Invalid("标签只发给申报点或苗种场。", unit_id="请选申报点或苗种场")
    if not 1 <= count <= MOST_LABELS:
        raise Invalid("一次发 1 到 500 张。", count="1 到 500 之间的整数")
    serial = w.session.scalar(select(func.count()).select_from(LabelSheet)) or 0
    sheet = w.add(
        LabelSheet(
            id=w.new_id(),
            unit_id=unit.id,
            division_code=unit.division_code,
            number=f"BQ{w.today:%y%m}-{serial + 1:05d}",
            labels=count,
            issued_at=w.now,
            issued_by_id=w.actor.person_id,
        )
    )
    for ordinal in range(1, count + 1):
        w.add(
            SampleLabel(
                id=w.new_id(),
                sheet_id=sheet.id,
                unit_id=unit.id,
                ordinal=ordinal,
                blind_code=blind_code(secrets.token_bytes(16)),
                state=LabelState.FREE.value,
                void_because="",
            )
        )
    w.record(LabelsIssued(sheet.number, unit.id, count), on=sheet, county=unit.division_code)
    return sheet.id


def fresh_code(w: Work, scans: tuple[str, str], units: Collection[UUID]) -> tuple[str, bool]:
    """Return the blind code of a new sample, and whether it was scanned from a label.

    Without scans a code is drawn here. With them the label must read alike on tube and sheet, be
    free, and belong to one of `units`; it is used up. Raises `Invalid` at `label` or `label_again`.
    """
    if not any(scan.strip() for scan in scans):
        return blind_code(secrets.token_bytes(16)), False
    fault = scanned_alike(*scans)
    if fault is not None:
        raise _refused(fault, "label_again" if scans[0].strip() else "label")
    code = read_code(scans[0]) or ""
    found = select(SampleLabel).where(SampleLabel.blind_code == code).with_for_update()
    label = w.one(found)
    state = LabelState(label.state) if label else None
    fault = label_fault(state, label.unit_id if label else None, units)
    if label is None or fault is not None:
        raise _refused(fault or LabelFault.UNKNOWN, "label")
    label.state = LabelState.USED.value
    label.used_at = w.now
    return code, True


def void_label(w: Work, scanned: str, because: str) -> None:
    """Take a free label out of use; it stays listed. Raises `Invalid` for one that is not free."""
    if not because.strip():
        raise Invalid("请写明为什么作废。", because="例如：印坏、受潮、遗失")
    code = read_code(scanned)
    found = select(SampleLabel).where(SampleLabel.blind_code == (code or "")).with_for_update()
    label = w.one(found)
    if label is None:
        raise _refused(LabelFault.UNKNOWN, "label")
    sheet = w.get_for_change(LabelSheet, label.sheet_id)
    if label.state != LabelState.FREE.value:
        fault = LabelFault.USED if label.state == LabelState.USED.value else LabelFault.VOID
        raise _refused(fault, "label")
    label.state = LabelState.VOID.value
    label.void_because = because.strip()
    fact = LabelVoided(label.ordinal, because.strip())
    w.record(fact, on=sheet, county=sheet.division_code)


def note_print(w: Work, subject: LabelSheet | AnySample, because: str = "") -> int:
    """Log one printing and return which it was; a reprint must say why.

    Printing changes nothing of the sample: no time is set by it, and none stands on the label.
    """
    if not isinstance(subject, LabelSheet) and subject.state != "taken":
        raise NotAllowedNow("样品已经送出，标签不能再打。")
    before = w.session.scalar(
        select(func.count()).select_from(LabelPrint).where(LabelPrint.subject_id == subject.id)
    )
    if before and not because.strip():
        raise Invalid("这张标签打印过了。", because="写明为什么再打，例如：卡纸、字迹不清")
    ordinal = (before or 0) + 1
    w.add(
        LabelPrint(
            id=w.new_id(),
            subject_id=subject.id,
            ordinal=ordinal,
            because=because.strip(),
            printed_at=w.now,
            printed_by_id=w.actor.person_id,
        )
    )
    place = subject.division_code if isinstance(subject, LabelSheet) else subject.origin_code
    w.record(LabelPrinted(ordinal, because.strip()), on=subject, county=place)
    return ordinal


def print_sheet(w: Work, sheet_id: UUID, because: str = "") -> int:
    """Log the printing of a whole sheet of labels; raise `NotFound` out of scope."""
    return note_print(w, w.get_for_change(LabelSheet, sheet_id), because)


def print_sample(w: Work, sample_id: UUID, because: str = "") -> int:
    """Log the printing of one sample's label."""
    return note_print(w, w.get_for_change(Sample, sample_id), because)


def print_self_test(w: Work, self_test_id: UUID, because: str = "") -> int:
    """Log the printing of a self-test's label; only the hatchery's own."""
    row = w.get_for_change(SelfTest, self_test_id)
    if row.organisation_id not in w.actor.scope.organisation_ids:
        raise NotFound
    return note_print(w, row, because)


def print_plan_sample(w: Work, plan_sample_id: UUID, because: str = "") -> int:
    """Log the printing of a plan sample's label; raise `NotFound` out of scope."""
    return note_print(w, w.get_for_change(PlanSample, plan_sample_id), because)


def _refused(fault: LabelFault, field: str) -> Invalid:
    return Invalid(LABEL_SENTENCES[fault], **{field: LABEL_SENTENCES[fault]})
