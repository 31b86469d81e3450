"""Which laboratory may take a sample, why another may not, and how busy each is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from aquacert.accounts import queries as accounts
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from labs.intake.queries import workload
from labs.register import queries as register
from labs.register.rules.sending import Workload

OWN = "与货主属于同一业主"


@dataclass(frozen=True)
class LabChoice:
    """One designated laboratory as a sender sees it. `fault` is empty when it may be sent these."""

    lab_id: UUID
    name: str
    fault: str
    is_partly: bool
    """It has a fault for all of these together, but may be sent some of them."""
    load: Workload
    """How many samples it owes and what it says it can do in a day; full is a warning only."""


def method_for(look: Look, lab_id: UUID, disease_code: str) -> str:
    """Return the first method of the disease that the laboratory may be sent today.

    Raises `Invalid` at `lab_id` with the register's own sentence when there is none.
    """
    name = reference.disease(look, disease_code).name_zh
    said = ""
    for method in reference.methods(look, disease_code):
        fault = register.send_fault(look, lab_id, disease_code, method.code, look.today)
        if not fault:
            return method.code
        if register.in_scope(look, lab_id, disease_code, method.code, look.today):
            said = fault
    said = said or f"没有{name}的有效检测能力，请选别的指定实验室"
    raise Invalid(f"这个实验室现在不能检{name}。", lab_id=said)


def faults_of(look: Look, lab_id: UUID, diseases: Iterable[str]) -> list[str]:
    """Return one sentence for each test that a laboratory may not be sent; "" for those it may."""
    found = []
    for code in diseases:
        try:
            method_for(look, lab_id, code)
        except Invalid as error:
            found.append(error.fields["lab_id"])
        else:
            found.append("")
    return found


def lab_choices(
    look: Look, diseases: Iterable[str], owners: Iterable[UUID] = ()
) -> list[LabChoice]:
    """Return every designated laboratory, those that may take these tests first."""
    wanted, holders = tuple(diseases), tuple(owners)
    loads = workload(look)
    found = []
    for line in register.labs(look):
        faults = faults_of(look, line.lab_id, wanted)
        owned = [accounts.same_owner(look, line.lab_id, holder) for holder in holders]
        said = OWN if any(owned) else next((fault for fault in faults if fault), "")
        some = not all(faults) or not faults
        found.append(
            LabChoice(
                lab_id=line.lab_id,
                name=line.name_zh,
                fault=said,
                is_partly=bool(said) and some and not (owned and all(owned)),
                load=loads[line.lab_id],
            )
        )
    return sorted(found, key=lambda c: (bool(c.fault), not c.is_partly, c.load.is_full, c.name))
