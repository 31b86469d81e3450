"""Designated laboratories, and what each may test on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select

from aquacert.kernel.errors import NotAllowed, NotFound
from aquacert.kernel.work import Look
from labs.register.models import Accreditation, Laboratory, LabScope
from labs.register.rules import LabState
from labs.register.rules.sending import AccreditationKind


@dataclass(frozen=True, slots=True)
class LabLine:
    """A laboratory as others may know it."""

    lab_id: UUID
    code: str
    name_zh: str
    name_en: str
    address: str
    division_code: str
    cma_number: str
    cnas_number: str
    state: LabState
    accredited_until_on: date
    capacity_per_day: int | None = None


def line_of(row: Laboratory) -> LabLine:
    """Return the row as others may know it."""
    return LabLine(
        lab_id=row.id,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        address=row.address,
        division_code=row.division_code,
        cma_number=row.cma_number,
        cnas_number=row.cnas_number,
        state=LabState(row.state),
        accredited_until_on=row.accredited_until_on,
        capacity_per_day=row.capacity_per_day,
    )


def laboratory(look: Look, lab_id: UUID) -> Laboratory:
    """Return the laboratory's row or raise `NotFound`."""
    row = look.session.get(Laboratory, lab_id)
    if row is None:
        raise NotFound("没有这个指定检测实验室。")
    return row


def lab(look: Look, lab_id: UUID) -> LabLine:
    """Return one designated laboratory or raise `NotFound`."""
    return line_of(laboratory(look, lab_id))


def labs(look: Look) -> list[LabLine]:
    """Return every designated laboratory by its code."""
    return [line_of(row) for row in look.scalars(select(Laboratory).order_by(Laboratory.code))]


def own_lab(look: Look) -> UUID:
    """Return the laboratory that whoever asks works in; raise `NotAllowed` when there is none."""
    labs_here = sorted(look.actor.scope.lab_ids)
    if not labs_here:
        raise NotAllowed("您的账号不属于任何检测实验室。")
    return labs_here[0]


def scopes_of(look: Look, lab_id: UUID) -> Sequence[LabScope]:
    """Return everything a laboratory may or might test, newest span first."""
    return look.scalars(
        select(LabScope)
        .where(LabScope.lab_id == lab_id)
        .order_by(LabScope.disease_code, LabScope.method_code, LabScope.from_on.desc())
    )


def _accredited(kind: AccreditationKind, on: date) -> ColumnElement[bool]:
    """Say that the scope's laboratory holds an accreditation of a kind on a day."""
    return exists(
        select(Accreditation.id).where(
            Accreditation.lab_id == LabScope.lab_id,
            Accreditation.kind == kind,
            Accreditation.from_on <= on,
            Accreditation.until_on >= on,
            or_(Accreditation.ended_on.is_(None), Accreditation.ended_on > on),
        )
    )


def _scopes(disease_code: str, method_code: str, on: date) -> Select[LabScope]:
    """Select the scopes that hold on a day in laboratories with every accreditation the scope needs."""
    return select(LabScope).where(
        LabScope.disease_code == disease_code,
        LabScope.method_code == method_code,
        LabScope.from_on <= on,
        LabScope.until_on >= on,
        _accredited(AccreditationKind.DESIGNATED, on),
        or_(LabScope.needs_cma.is_(False), _accredited(AccreditationKind.CMA, on)),
        or_(LabScope.needs_cnas.is_(False), _accredited(AccreditationKind.CNAS, on)),
    )


def scope_for(
    look: Look, lab_id: UUID, disease_code: str, method_code: str, on: date
) -> LabScope | None:
    """Return the scope, with its decision rule, that holds on a day; None when the lab may not test it."""
    return look.one(_scopes(disease_code, method_code, on).where(LabScope.lab_id == lab_id))


def in_scope(look: Look, lab_id: UUID, disease_code: str, method_code: str, on: date) -> bool:
    """Tell whether a laboratory may test a disease by a method on a day, suspended or not."""
    return scope_for(look, lab_id, disease_code, method_code, on) is not None
