"""The permission to sign binds at signing, also when it is withdrawn after the preview."""

from __future__ import annotations

import pytest

from aquacert.accounts.commands import restore_signing, withdraw_signing
from aquacert.accounts.queries import memberships_in_force
from aquacert.certificates.commands import issue
from aquacert.kernel.errors import NotReady
from tests.make.accounts import COUNTY, make_person
from tests.make.certificates import confirm, issue_one, look_at, make_ready


def test_what_is_withdrawn_after_the_preview_is_not_signed(house, db):
    ready = make_ready(db)
    previewed = confirm(db, ready)
    chief = make_person(db, "county_supervisor", division=COUNTY)
    with db.look() as look:
        held = [
            row
            for row in memberships_in_force(look, ready.vet.person_id)
            if row.role == "official_vet"
        ]
    with db.work(chief.actor) as w:
        withdraw_signing(w, held[0].id, because="待查")
    assert look_at(db, ready).reasons
    with pytest.raises(NotReady):
        issue(db, ready.vet.actor, ready.load_id, house.keys, previewed)
    with db.work(chief.actor) as w:
        restore_signing(w, held[0].id, because="查明")
    assert issue_one(house, ready)
