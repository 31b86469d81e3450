"""Where a sample may be sent for a test, and why not elsewhere."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.reference.queries import binding_rule
from labs.register.models import Accreditation, LabScope, ProficiencyTest
from labs.register.queries.labs import LabLine, laboratory, labs
from labs.register.rules import LabState
from labs.register.rules.sending import (
    AccreditationKind,
    Patience,
    ProficiencyOutcome,
    Refusal,
    Standing,
    refusal,
)


def accreditations_of(look: Look, lab_id: UUID) -> Sequence[Accreditation]:
    """Return a laboratory's accreditations by kind, the newest first."""
    return look.scalars(
        select(Accreditation)
        .where(Accreditation.lab_id == lab_id)
        .order_by(Accreditation.kind.desc(), Accreditation.from_on.desc())
    )


def proficiency_of(look: Look, lab_id: UUID) -> Sequence[ProficiencyTest]:
    """Return a laboratory's proficiency tests, the newest first."""
    return look.scalars(
        select(ProficiencyTest)
        .where(ProficiencyTest.lab_id == lab_id)
        .order_by(ProficiencyTest.taken_on.desc(), ProficiencyTest.id.desc())
    )


def is_failed(look: Look, lab_id: UUID, disease_code: str) -> bool:
    """Tell whether a laboratory's last proficiency test of a disease, by any method, was a failure."""
    last: dict[str, str] = {}
    for row in reversed(proficiency_of(look, lab_id)):
        if row.disease_code == disease_code:
            last[row.method_code] = row.outcome
    return ProficiencyOutcome.UNSATISFACTORY in last.values()


def patience(look: Look, on: date) -> Patience:
    """Return how long after a failed or missed proficiency test samples may still be sent; None = for ever."""
    failed = binding_rule(look, "lab.proficiency.failed", on)
    overdue = binding_rule(look, "lab.proficiency.overdue", on)
    return Patience(
        None if failed is None else failed.value, None if overdue is None else overdue.value
    )


def refusal_of(
    look: Look, lab_id: UUID, disease_code: str, method_code: str, on: date
) -> Refusal | None:
    """Say why no new sample may be sent to a laboratory for a test on a day; None when it may."""
    row = laboratory(look, lab_id)
    scopes = look.scalars(
        select(LabScope).where(
            LabScope.lab_id == lab_id,
            LabScope.disease_code == disease_code,
            LabScope.method_code == method_code,
        )
    )
    standing = Standing(
        lab=row.name_zh,
        test=f"{disease_code}（{method_code}）",
        is_suspended=row.state != LabState.ACTIVE,
        spans=tuple((each.from_on, each.until_on) for each in scopes),
        needs=_needs(scopes, on),
        accreditations=tuple(each.fact for each in accreditations_of(look, lab_id)),
        tried=tuple(
            each.fact
            for each in proficiency_of(look, lab_id)
            if each.fact.is_of(disease_code, method_code)
        ),
    )
    return refusal(standing, patience(look, on), on)


def send_fault(look: Look, lab_id: UUID, disease_code: str, method_code: str, on: date) -> str:
    """Say in one sentence why a sample may not be sent; "" when it may."""
    found = refusal_of(look, lab_id, disease_code, method_code, on)
    return "" if found is None else found.sentence


def labs_in_scope(look: Look, disease_code: str, method_code: str, on: date) -> tuple[LabLine, ...]:
    """Return the laboratories that a sample may be sent to for this test: nothing stands against them."""
    return tuple(
        line
        for line in labs(look)
        if refusal_of(look, line.lab_id, disease_code, method_code, on) is None
    )


def _needs(scopes: Sequence[LabScope], on: date) -> frozenset[AccreditationKind]:
    held = [each for each in scopes if each.from_on <= on <= each.until_on]
    return frozenset[AccreditationKind]().union(*(each.needs for each in held))
