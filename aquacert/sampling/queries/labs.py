"""Which laboratory may take a sample, why another may not, and how busy each is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    register.lab(look, lab_id)  # an organisation that is no laboratory is not there
    tests = [(disease_code, method.code) for method in reference.methods(look, disease_code)]
    judged = register.send_faults(look, tests, look.today)
    for _disease, method in tests:
        if not judged[lab_id, disease_code, method].sentence:
            return method
    name = reference.disease(look, disease_code).name_zh
    said = _fault(look, disease_code, [judged[lab_id, *test] for test in tests])
    raise Invalid(f"这个实验室现在不能检{name}。", lab_id=said)


def lab_choices(
    look: Look, diseases: Iterable[str], owners: Iterable[UUID] = ()
) -> list[LabChoice]:
    """Return every designated laboratory, those that may take these tests first."""
    holders, loads = tuple(owners), workload(look)
    asked = {code: [one.code for one in reference.methods(look, code)] for code in set(diseases)}
    tests = [(code, method) for code, methods in asked.items() for method in methods]
    judged = register.send_faults(look, tests, look.today)
    found = []
    for line in register.labs(look):
        faults = [
            _fault(look, code, [judged[line.lab_id, code, method] for method in methods])
            for code, methods in sorted(asked.items())
        ]
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


def _fault(look: Look, disease_code: str, by_method: Sequence[register.SendFault]) -> str:
    """Say why a laboratory may be sent a disease by none of its methods; "" when by one it may."""
    if any(not one.sentence for one in by_method):
        return ""
    said = [one.sentence for one in by_method if one.in_scope]
    name = reference.disease(look, disease_code).name_zh
    return said[-1] if said else f"没有{name}的有效检测能力，请选别的指定实验室"
