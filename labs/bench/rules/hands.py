"""Who may do the next act: enterer, verifier and authoriser are three people."""

from collections.abc import Collection, Iterable

from labs.bench.rules.faults import Unverifiable
from labs.bench.rules.states import FINAL, Outcome


def may_verify(
    person: object, enterers: Collection[object], outcome: Outcome
) -> Unverifiable | None:
    """Return why this person may not verify the result; None when nothing stands against it."""
    if person in enterers:
        return Unverifiable.OWN_ENTRY
    return None if outcome in FINAL else Unverifiable.NOT_FINAL


def may_authorise(
    person: object, enterers: Iterable[object], verifiers: Iterable[object]
) -> Unverifiable | None:
    """Return why this person may not authorise the report: enterer ≠ verifier ≠ authoriser."""
    if person in set(enterers):
        return Unverifiable.OWN_ENTRY
    return Unverifiable.OWN_VERIFICATION if person in set(verifiers) else None
