"""From a load in order to its public page; and what stands in the way is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aquacert.demo.findings import healthy
from aquacert.inspections.commands import add_photo, give_verdict, keep_findings, suspect
from aquacert.inspections.queries import sheet
from aquacert.inspections.rules import Act, Slot
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands import lift_zone
from tests.journeys.stories import SIGN, Story, public_path, stranger_from
from tests.make.certificates import check_batches, fresh, give_numbers, make_ready, picture
from tests.make.declarations import answers, make_declaration
from tests.make.hatcheries import SHRIMP, lot, make_hatchery
from tests.make.inspections import start
from tests.make.labs import make_lab
from tests.make.sampling import tested
from tests.make.surveillance import brought_in, event_of, luhe, zones_of


def test_a_load_in_order_is_signed_and_everybody_can_check_it(house, reader):
    story = Story(house, reader, make_ready(house.database))
    certificate = story.sign()
    assert "文书生成中" in certificate.text
    story.work_off()
    certificate.open(certificate.path)
    assert "文书生成中" not in certificate.text
    buyer = reader().open(public_path(certificate))
    assert "有效" in buyer.text
    assert "凡纳滨对虾" in buyer.text
    for hidden in ("示例镇东滩", "13800008000", "李四", "王五"):
        assert hidden not in buyer.html


def test_a_positive_report_blocks_the_signature_and_says_so(db, house, reader):
    paper = make_declaration(db, state="assigned")
    lab = make_lab(db)
    [check] = start(db, paper)
    with db.work(paper.vet.actor) as w:
        suspect(w, check, ["DIV1"])
    tested(db, paper, lab, "24.1", "24.3")
    db.clock.forward(days=5)
    vet = fresh(db, paper.vet)
    finish(db, paper, vet.actor, check)
    give_numbers(db, paper.farm.office_id, "A")
    page = reader(vet).open(SIGN.format(paper.load_ids[0]))
    assert "现在不能签" in page.text
    assert "十足目虹彩病毒病" in page.text
    assert "阳性" in page.text
    with pytest.raises(LookupError):
        page.form("签发并盖章")


def finish(db, paper, vet, check_id):
    """Answer everything and let the batch pass; the report says otherwise."""
    with db.work(vet) as w:
        page = sheet(w, check_id)
        keep_findings(w, check_id, healthy(page.items))
        for slot in Slot:
            add_photo(w, check_id, slot, picture(), f"{slot.value}.jpg")
        give_verdict(w, check_id, Act.PASS, page.batch.quantity, "临床未见异常")


def test_a_zone_stops_acceptance_and_says_which_until_it_is_lifted(db, reader):
    paper = make_declaration(db, make_hatchery(db, division_code="320116"))
    clerk = reader(secret=paper.farm.clerk_secret)
    address = f"/declarations/?pick={paper.declaration_id}&answer=accept"
    assert clerk.open(address).form("受理，出具受理单")
    brought_in(db, luhe())
    clerk.open(address)
    assert "不能受理" in clerk.text
    with pytest.raises(LookupError):
        clerk.form("受理，出具受理单")
    lift(db)
    assert clerk.open(address).press("受理，出具受理单", untimed="y").status == 200
    assert "已受理，受理单已出具" in clerk.text


def lift(db):
    """Lift the zone of the event of Luhe."""
    [zone] = zones_of(db, event_of(db).id)
    with db.work(SYSTEM) as w:
        lift_zone(w, zone.zone.id, "终末消毒验收合格，解除管控")


def test_a_zone_declared_after_acceptance_stops_the_signature(db, house, reader):
    farm = make_hatchery(db, division_code="320116")
    story = Story(house, reader, make_ready(db, farm=farm))
    vet = story.vet().open(SIGN.format(story.ready.load_id))
    brought_in(db, luhe())
    stale = vet.filled("签发并盖章", code="123456")
    vet.open(SIGN.format(story.ready.load_id))
    assert "现在不能签" in vet.text
    assert "白斑综合征" in vet.text
    vet.send(*stale)
    assert vet.status in {409, 422}
    assert "现在不能签" in vet.text
    lift(db)
    story.sign(story.vet().open(SIGN.format(story.ready.load_id)))


def test_one_batch_that_fails_stops_the_whole_load_whichever_it_is(db, reader):
    farm = make_hatchery(db)
    one = answers(db, farm, quantity="10万")
    other = replace(one.batches[0], lot=str(lot(db, farm, SHRIMP)))
    both = replace(one, batches=(*one.batches, other))
    paper = make_declaration(db, farm, filled=both, state="assigned")
    db.clock.forward(days=5)
    vet = fresh(db, paper.vet)
    check_batches(db, paper, vet.actor, fail=2)
    page = reader(vet).open(SIGN.format(paper.load_ids[0]))
    assert "现在不能签" in page.text
    assert "第2批" in page.said


def test_another_county_sees_nothing_of_the_case(db, house, reader):
    story = Story(house, reader, make_ready(db))
    certificate = story.sign()
    paper = story.ready.paper
    addresses = [
        certificate.path,
        f"/declarations/{paper.declaration_id}",
        f"/declarations/{paper.declaration_id}/papers/application.docx",
        f"/inspections/{paper.declaration_id}",
        f"/sampling/{paper.declaration_id}",
        f"/hatcheries/{paper.farm.hatchery_id}",
        f"/hatcheries/lots/{paper.farm.lot_id}",
        SIGN.format(story.ready.load_id),
    ]
    for made in stranger_from(db, "321302"):
        for address in addresses:
            page = reader(made).open(address)
            assert page.status in {403, 404}, (made.username, address)
            assert paper.number not in page.html
            assert "示例苗种场" not in page.html
