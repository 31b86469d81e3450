"""Somebody who has an account already founds a farm with it: no second account (S2)."""

from __future__ import annotations

from uuid import UUID

from aquacert.accounts.commands.facts import PersonAppointed
from aquacert.accounts.commands.organisations import open_organisation
from aquacert.accounts.commands.people import check_appointment
from aquacert.accounts.models import Membership, Person
from aquacert.accounts.queries.actors import memberships_in_force
from aquacert.accounts.queries.organisations import organisation, organisation_by_uscc
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.errors import Invalid, NotSignedIn
from aquacert.kernel.work import Work
from aquacert.reference.rules.uscc import parse_uscc

TAKEN = "这个统一社会信用代码已经登记过，一个单位只能有一个账户，请联系县里核实"


def found_farm(w: Work, *, name_zh: str, uscc: str, division_code: str) -> UUID:
    """Make whoever is signed in the owner of a farm's body; return the body.

    A body of the same code that he belongs to already (a dealer that breeds as well) becomes the
    farm's; one that he does not belong to is refused. The one case in which somebody gives himself
    a role: it opens nothing until the county has approved the farm. Raises `Invalid` on `uscc`, or
    on `role` for a role that never meets one already held.
    """
    if w.actor.person_id is None:
        raise NotSignedIn
    code = parse_uscc(uscc)
    person = w.session.get_one(Person, w.actor.person_id, with_for_update=True)
    body = organisation_by_uscc(w, code)
    mine = {one.organisation_id for one in memberships_in_force(w, person.id)}
    if body is not None and body.id not in mine:
        raise Invalid(f"{TAKEN}。", uscc=TAKEN)
    if body is None:
        made = open_organisation(
            w, kind="hatchery", name_zh=name_zh, uscc=code, division_code=division_code
        )
        body = organisation(w, made)
    organisation_id, place = body.id, body.division_code
    check_appointment(w, person, body, Role.HATCHERY_OWNER.value, place)
    w.add(
        Membership(
            id=w.new_id(),
            person_id=person.id,
            organisation_id=organisation_id,
            role=Role.HATCHERY_OWNER.value,
            division_code=place,
            from_on=w.today,
            until_on=None,
            appointment_number=None,
        )
    )
    fact = PersonAppointed(Role.HATCHERY_OWNER.value, organisation_id, place, w.today, "")
    w.record(fact, on=person, county=place)
    return organisation_id
