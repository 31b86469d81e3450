"""Sampling on a phone: labels scanned by a hand scanner, and a hatchery's own test."""

from __future__ import annotations

import pytest

from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import issue_labels, order_sampling
from aquacert.sampling.queries.labels import labels_of
from tests.browser.hand import SMALL
from tests.make.accounts import PASSWORD
from tests.make.certificates import fresh
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect
from tests.make.labs import make_lab

pytestmark = pytest.mark.browser


@pytest.fixture
def paper(db):
    make_lab(db)
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("DIV1",))
    with db.work(made.vet.actor) as w:
        order_sampling(w, made.declaration_id, made.batch_ids[0])
    return made


def test_a_label_is_scanned_twice_and_sealed_with_one_hand(walk, as_person, axe, db, paper):
    walk.axe = axe
    with db.work(SYSTEM) as w:
        sheet = issue_labels(w, paper.farm.office_id, 3)
        one, other, _third = [row.blind_code for row in labels_of(w, sheet)]
    vet = as_person(fresh(db, paper.vet), wide=False)
    vet.open(f"/sampling/{paper.declaration_id}").follow("去抽样封样").look("take")
    vet.fill(label=one, label_again=other, seal_number="示封000117", taken_with="协检员")
    assert "两次扫到的号码不一样" in vet.press("封样，生成盲样号").look("take_not_alike")
    vet.fill(label_again=one).press("封样，生成盲样号")
    assert one in vet.look("taken")
    vet.follow("照片").look("photos_empty")
    vet.open("/sampling/labels").look("labels")
    vet.follow("还有 2 张").look("label_sheet")
    assert walk.faults == []


def test_an_owner_sends_a_test_of_his_own(walk, axe, paper):
    walk.axe = axe
    owner = walk.hand(SMALL).open("/accounts/sign-in")
    owner.fill(username=paper.farm.uscc, password=PASSWORD).press("登录")
    owner.follow("自检").look("own_none")
    owner.follow("送一份自检").look("own_new")
    owner.put("disease_code", "DIV1").press("取好样了，下一步").look("own_steps")
    assert "在实验室" in owner.press("送出").look("own_sent")
    assert walk.faults == []
