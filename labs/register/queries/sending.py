"""Where a sample may be sent for a test, and why not elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.reference.queries import binding_rule
from labs.register.models import Accreditation, LabScope, ProficiencyTest
from labs.register.queries.labs import LabLine, lab, labs
from labs.register.rules import LabState
from labs.register.rules.sending import (
    AccreditationKind,
    Entitled,
    Patience,
    ProficiencyOutcome,
    Refusal,
    Standing,
    Tried,
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
    scopes = look.scalars(
        select(LabScope).where(
            LabScope.lab_id == lab_id,
            LabScope.disease_code == disease_code,
            LabScope.method_code == method_code,
        )
    )
    entered = [each.fact for each in proficiency_of(look, lab_id)]
    standing = _standing(
        lab(look, lab_id),
        (disease_code, method_code),
        scopes,
        [each.fact for each in accreditations_of(look, lab_id)],
        [each for each in entered if each.is_of(disease_code, method_code)],
        on,
    )
    return refusal(standing, patience(look, on), on)


@dataclass(frozen=True, slots=True)
class SendFault:
    """Why a sample may not be sent ("" = it may), and whether the test is in scope all the same."""

    sentence: str
    in_scope: bool


def send_faults(
    look: Look, tests: Collection[tuple[str, str]], on: date
) -> dict[tuple[UUID, str, str], SendFault]:
    """Judge every laboratory for every test (disease, method) at once, in as many questions as for one."""
    scopes, held, tried = _entries(look, {disease for disease, _method in tests})
    bears = patience(look, on)
    found: dict[tuple[UUID, str, str], SendFault] = {}
    for line in labs(look):
        for disease, method in tests:
            of_test = scopes[line.lab_id, disease, method]
            entered = tuple(each for each in tried[line.lab_id] if each.is_of(disease, method))
            standing = _standing(line, (disease, method), of_test, held[line.lab_id], entered, on)
            refused = refusal(standing, bears, on)
            bare = replace(standing, is_suspended=False, tried=())
            found[line.lab_id, disease, method] = SendFault(
                "" if refused is None else refused.sentence, refusal(bare, bears, on) is None
            )
    return found


def _entries(
    look: Look, diseases: Collection[str]
) -> tuple[
    dict[tuple[UUID, str, str], list[LabScope]],
    dict[UUID, list[Entitled]],
    dict[UUID, list[Tried]],
]:
    """Return every laboratory's scopes of these diseases, its accreditations and its proficiency tests."""
    scopes: dict[tuple[UUID, str, str], list[LabScope]] = defaultdict(list)
    for row in look.scalars(select(LabScope).where(LabScope.disease_code.in_(diseases))):
        scopes[row.lab_id, row.disease_code, row.method_code].append(row)
    held: dict[UUID, list[Entitled]] = defaultdict(list)
    for accreditation in look.scalars(select(Accreditation)):
        held[accreditation.lab_id].append(accreditation.fact)
    tried: dict[UUID, list[Tried]] = defaultdict(list)
    taken = select(ProficiencyTest).where(ProficiencyTest.disease_code.in_(diseases))
    for test in look.scalars(taken.order_by(ProficiencyTest.taken_on, ProficiencyTest.id)):
        tried[test.lab_id].append(test.fact)
    return scopes, held, tried


def _standing(
    line: LabLine,
    test: tuple[str, str],
    scopes: Sequence[LabScope],
    held: Sequence[Entitled],
    tried: Sequence[Tried],
    on: date,
) -> Standing:
    """Put together what decides about one test in one laboratory."""
    disease_code, method_code = test
    return Standing(
        lab=line.name_zh,
        test=f"{disease_code}（{method_code}）",
        is_suspended=line.state != LabState.ACTIVE,
        spans=tuple((each.from_on, each.until_on) for each in scopes),
        needs=_needs(scopes, on),
        accreditations=tuple(held),
        tried=tuple(tried),
    )


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
