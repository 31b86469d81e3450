"""F15: a role ends, an account is frozen, a segment goes, while the page lies open: it binds at once."""

from __future__ import annotations

from sqlalchemy import select

from aquacert.accounts.commands import end_appointment, end_sessions, freeze_person
from aquacert.accounts.models import Membership
from aquacert.certificates.models import Certificate
from aquacert.declarations.models import Declaration
from aquacert.kernel.scope import SYSTEM
from tests.journeys.stories import SIGN, Story
from tests.make.accounts import code_for, make_person
from tests.make.certificates import make_ready
from tests.make.declarations import make_declaration


def end_roles(db, person_id):
    with db.look(SYSTEM) as look:
        held = list(look.scalars(select(Membership.id).where(Membership.person_id == person_id)))
    with db.work(SYSTEM) as w:
        for membership_id in held:
            end_appointment(w, membership_id, reason="调离")


def state_of(db, paper):
    with db.look(SYSTEM) as look:
        return look.session.get_one(Declaration, paper.declaration_id).state


def test_a_clerk_whose_role_ends_accepts_nothing_more(db, reader):
    paper = make_declaration(db)
    made = make_person(db, "office_clerk", organisation_id=paper.farm.office_id)
    clerk = reader(made).open(f"/declarations/?pick={paper.declaration_id}")
    pressed = clerk.filled("受理，出具受理单", untimed="y")
    end_roles(db, made.person_id)
    clerk.send(*pressed)
    assert clerk.status in {403, 404}
    assert state_of(db, paper) == "submitted"


def test_somebody_frozen_is_at_the_sign_in_page_with_his_next_press(db, reader):
    paper = make_declaration(db)
    made = make_person(db, "office_clerk", organisation_id=paper.farm.office_id)
    clerk = reader(made).open(f"/declarations/?pick={paper.declaration_id}")
    pressed = clerk.filled("受理，出具受理单", untimed="y")
    with db.work(SYSTEM) as w:
        freeze_person(w, made.person_id, frozen=True, reason="查账号")
        end_sessions(w, made.person_id, because="查账号")
    clerk.send(*pressed)
    assert clerk.path.startswith("/accounts/sign-in")
    assert state_of(db, paper) == "submitted"


def test_a_vet_whose_role_ends_signs_nothing_more(db, house, reader):
    story = Story(house, reader, make_ready(db))
    vet = story.vet().open(SIGN.format(story.ready.load_id))
    pressed = vet.filled("签发并盖章", code=code_for(db, story.ready.vet.person_id))
    end_roles(db, story.ready.vet.person_id)
    vet.send(*pressed)
    assert vet.status in {403, 404}
    with db.look(SYSTEM) as look:
        assert list(look.scalars(select(Certificate.id))) == []
