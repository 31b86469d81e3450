"""After the signature: void, replace; what the public page says then."""

from __future__ import annotations

from aquacert.hatcheries.queries import balance
from aquacert.kernel.scope import SYSTEM
from tests.journeys.stories import Story, public_path
from tests.make.accounts import code_for
from tests.make.certificates import make_ready


def stock(db, story):
    with db.look(SYSTEM) as look:
        return balance(look, story.ready.farm.lot_id)


def test_a_void_before_departure_gives_the_stock_back_and_the_code_turns_red(db, house, reader):
    story = Story(house, reader, make_ready(db))
    vet = story.sign()
    certificate, public = vet.path, public_path(vet)
    assert stock(db, story) == 700_000
    vet.follow("作废这张证书").press("作废这张证书", because="")
    assert vet.status == 422
    vet.press("作废这张证书", because="货主取消启运")
    assert "已作废" in vet.text
    assert stock(db, story) == 1_200_000
    story.work_off()
    buyer = reader().open(public)
    assert "无效" in buyer.text
    assert "作废" in buyer.text
    owner = story.owner().open(certificate)
    assert "货主取消启运" in owner.text
    story.sign(story.vet())
    assert stock(db, story) == 700_000


def test_a_replaced_certificate_leads_to_its_successor(db, house, reader):
    story = Story(house, reader, make_ready(db))
    vet = story.sign()
    old, public = vet.path, public_path(vet)
    vet.follow("换证").press("换证", because="车辆故障，换车运输")
    assert "换证：代替" in vet.text
    vet.press("签发并盖章", code=code_for(db, story.ready.vet.person_id))
    new_public = public_path(vet)
    assert "代替旧证" in vet.text
    assert stock(db, story) == 700_000
    story.work_off()
    buyer = reader().open(public)
    assert "无效" in buyer.text
    assert "换证" in buyer.text
    assert new_public in buyer.html
    assert "有效" in buyer.open(new_public).text
    assert "已换证" in story.owner().open(old).text
