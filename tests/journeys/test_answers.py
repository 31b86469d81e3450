"""What the office may answer: accept, ask once for what is missing, refuse on a lawful ground."""

from __future__ import annotations

import io

from tests.make.accounts import make_person
from tests.make.certificates import picture
from tests.make.declarations import make_declaration

PICK = "/declarations/?pick={}&answer={}"


def office(paper, db):
    return make_person(db, "office_clerk", organisation_id=paper.farm.office_id)


def test_a_supplement_goes_out_once_and_comes_back_with_a_photograph(db, reader):
    paper = make_declaration(db)
    clerk = reader(office(paper, db))
    clerk.open(PICK.format(paper.declaration_id, "supplement"))
    clerk.press("一次性告知补正", items=["no-such-paper"])
    assert clerk.status == 422
    clerk.press("一次性告知补正", items=["production_record"], note="缺六月的用药记录", sure="y")
    assert "已一次性告知，时限停表" in clerk.text

    owner = reader(secret=paper.farm.owner_secret).open("/declarations/home")
    assert "还差1项" in owner.said
    owner.follow("去补材料")
    assert "缺六月的用药记录" in owner.text
    photo = (io.BytesIO(picture()), "IMG_0001.jpg")
    owner.press("全部补好，交给申报点", files=photo, note="已补", statement="y")
    assert owner.status == 200, owner.text

    clerk.open(PICK.format(paper.declaration_id, "accept"))
    assert "补正说明：已补" in clerk.text
    clerk.press("受理，出具受理单", untimed="y")
    assert "已受理，受理单已出具" in clerk.text


def test_a_refusal_needs_a_lawful_ground_and_a_reason_the_farmer_can_read(db, reader):
    paper = make_declaration(db)
    clerk = reader(office(paper, db))
    clerk.open(PICK.format(paper.declaration_id, "refuse"))
    clerk.press("出具不予受理通知书", reason="不行")
    assert clerk.status == 422
    assert "不行" in clerk.html
    why = "这批苗种不在本县申报点的辖区内，请到属地申报。"
    clerk.press("出具不予受理通知书", ground="not_supplemented", reason=why)
    assert "尚未告知补正，不能选" in clerk.text
    assert clerk.form("出具不予受理通知书").value("reason") == why
    clerk.press("出具不予受理通知书", ground="out_of_area")
    assert "已出具不予受理通知书" in clerk.text, clerk.text

    owner = reader(secret=paper.farm.owner_secret)
    owner.open(f"/declarations/{paper.declaration_id}")
    assert "请到属地申报" in owner.text
    assert "不予受理通知书" in owner.text
