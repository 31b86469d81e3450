"""Double click, second tab, stale page, lost answer: one effect, and a clear sentence."""

from __future__ import annotations

from sqlalchemy import func, select

from aquacert.certificates.models import Certificate
from aquacert.declarations.models import Declaration
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.scope import SYSTEM
from tests.journeys.stories import SIGN, Story
from tests.make.accounts import PASSWORD, code_for, make_person
from tests.make.certificates import make_ready
from tests.make.declarations import draft, make_declaration
from tests.make.hatcheries import make_hatchery, registration


def count(db, model):
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(model))


def test_two_presses_of_the_signature_give_one_certificate(db, house, reader):
    story = Story(house, reader, make_ready(db))
    vet = story.vet().open(SIGN.format(story.ready.load_id))
    pressed = vet.filled("签发并盖章", code=code_for(db, story.ready.vet.person_id))
    first = vet.send(*pressed).path
    assert vet.send(*pressed).path == first
    assert count(db, Certificate) == 1


def test_a_second_tab_finds_the_first_ones_certificate(db, house, reader):
    story = Story(house, reader, make_ready(db))
    one, two = (story.vet().open(SIGN.format(story.ready.load_id)) for _ in range(2))
    late = two.filled("签发并盖章", code="000000")
    first = story.sign(one).path
    assert two.send(*late).path == first
    assert count(db, Certificate) == 1


def test_an_answer_that_got_lost_is_answered_the_same(db, reader):
    paper = make_declaration(db)
    clerk = reader(make_person(db, "office_clerk", organisation_id=paper.farm.office_id))
    clerk.open(f"/declarations/?pick={paper.declaration_id}")
    pressed = clerk.filled("受理，出具受理单", untimed="y")
    landed = {clerk.send(*pressed).path for _ in range(3)}
    assert landed == {f"/declarations/{paper.declaration_id}"}
    assert clerk.status == 200


def test_two_clerks_at_one_declaration_are_told_who_was_first(db, reader):
    paper = make_declaration(db)
    one, two = (
        reader(make_person(db, "office_clerk", organisation_id=paper.farm.office_id)).open(
            f"/declarations/?pick={paper.declaration_id}"
        )
        for _ in range(2)
    )
    one.press("受理，出具受理单", untimed="y")
    two.press("受理，出具受理单", untimed="y")
    assert two.status == 409
    assert "已受理" in two.text
    assert "派官方兽医" in two.open(f"/declarations/{paper.declaration_id}").text


def test_a_farm_that_presses_twice_is_registered_once(db, reader):
    asked = registration(db)
    page = reader().open("/hatcheries/register")
    page.press(
        "下一步，核对",
        **{name: str(asked[name]) for name in ("name", "uscc", "place", "contact_name", "phone")},
        division_code="江苏省南京市雨花台区",
        licence_number="示苏农（2025）第 0001 号",
        licence_from=str(asked["licence_from"]),
        licence_until=str(asked["licence_until"]),
        licence_species="南美白对虾、草鱼",
    )
    pressed = page.filled("提交登记", password=PASSWORD)
    for _ in range(2):
        assert "县里正在审核" in page.send(*pressed).text
    assert count(db, Hatchery) == 1


def test_a_declaration_sent_twice_is_one_declaration(db, reader):
    farm = make_hatchery(db)
    draft_id = draft(db, farm)
    owner = reader(secret=farm.owner_secret).open(f"/declarations/{draft_id}/check")
    pressed = owner.filled("提交检疫申报", statement="y")
    pages = {owner.send(*pressed).path for _ in range(2)}
    assert pages == {f"/declarations/{draft_id}/sent"}
    assert count(db, Declaration) == 1


def test_a_page_that_lay_open_too_long_says_so_and_changes_nothing(db, reader):
    farm = make_hatchery(db)
    owner = reader(secret=farm.owner_secret).open("/hatcheries/own/lots/new")
    method, path, data = owner.filled("登记这一批", pond="3 号塘")
    old = [(name, "stale" if name == "csrf_token" else value) for name, value in data]
    owner.send(method, path, old)
    assert owner.status == 409
    assert "刷新后再提交" in owner.text


def test_one_key_with_other_words_is_a_conflict_not_a_second_act(db, reader):
    farm = make_hatchery(db)
    owner = reader(secret=farm.owner_secret).open("/hatcheries/own/lots/new")
    values = {"pond": "3 号塘", "species": "草鱼", "life_stage": "夏花", "quantity": "5万"}
    values["kind"] = "hatch"
    method, path, data = owner.filled("登记这一批", **values)
    assert owner.send(method, path, data).status == 200
    other = [(name, "9万" if name == "quantity" else value) for name, value in data]
    assert owner.send(method, path, other).status == 409
