"""A lent role at the desk never leads to signing one's own act."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from aquacert.accounts.commands import lend_role
from aquacert.accounts.models import Membership
from aquacert.accounts.queries import signer
from aquacert.declarations.commands import (
    accept_declaration,
    assign_vet,
    save_draft,
    submit_declaration,
)
from aquacert.declarations.commands.proxy import answer_consent, ask_consent
from aquacert.kernel.errors import NotAllowed
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import again, make_person
from tests.make.declarations import answers
from tests.make.hatcheries import make_hatchery


def test_a_vet_who_declared_with_a_lent_desk_never_checks_that_declaration(db):
    farm = make_hatchery(db)
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    with db.look(SYSTEM) as look:
        desk = look.one(select(Membership.id).where(Membership.person_id == farm.clerk.person_id))
    with db.work(farm.clerk) as w:
        lend_role(
            w,
            membership_id=desk,
            borrower_id=vet.person_id,
            from_on=w.today,
            last_on=w.today + timedelta(days=1),
            because="受理员请假",
        )
    proxy = again(db, vet)
    assert proxy.label.endswith("代申报点受理员")
    with db.work(proxy) as w:
        declaration_id = save_draft(w, answers(db, farm), hatchery_id=farm.hatchery_id)
        ask_consent(w, declaration_id)
    with db.work(farm.owner) as w:
        answer_consent(w, declaration_id, agrees=True)
    with db.work(proxy) as w:
        submit_declaration(w, declaration_id, statement=True)
    with db.work(farm.clerk) as w:
        accept_declaration(w, declaration_id)
    with pytest.raises(NotAllowed), db.work(farm.clerk) as w:
        assign_vet(w, declaration_id, vet.person_id)
    with db.look() as look:  # and where he does sign, he signs by his own appointment
        assert signer(look, vet.person_id, vet.actor.county, look.today).is_on_record
        assert not signer(look, farm.clerk.person_id, vet.actor.county, look.today).is_on_record
