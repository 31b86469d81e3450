"""A referral from the box to the stranger's phone: receiver, technician, reviewer, authoriser, sender."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp

from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import Taking, order_sampling, take_sample
from aquacert.sampling.queries import sample
from labs.reports.queries import PDF, report_file, report_for
from tests.browser.chapters import bench
from tests.browser.chapters.bench import BOX, Referral
from tests.browser.conftest import run_outbox
from tests.browser.hand import SMALL, Hand, Walk
from tests.make.accounts import also
from tests.make.certificates import fresh
from tests.make.declarations import Paper, answers, make_declaration
from tests.make.hatcheries import SHRIMP, lot, make_hatchery
from tests.make.inspections import start, suspect
from tests.make.labs import equip_lab, let_also_test, make_items, make_lab, make_result

pytestmark = pytest.mark.browser
FARM = {
    "name": "北湾青溪苗种场",
    "place": "青溪镇东滩七号",
    "contact_name": "赵青溪",
    "division_code": "320205",
}
"""In a county where no laboratory is, so that its name on a laboratory's page is a leak."""
SEALS = ("示封000117", "示封000118", "示封000119")


@pytest.fixture
def paper(db) -> Paper:
    """A declaration of two batches that is inspected; both are suspected of one disease."""
    farm = make_hatchery(db, **FARM)
    one = answers(db, farm, quantity="10万")
    other = replace(one.batches[0], lot=str(lot(db, farm, SHRIMP)))
    both = replace(one, batches=(*one.batches, other))
    made = make_declaration(db, farm, filled=both, state="assigned")
    for check_id in start(db, made):
        with db.work(made.vet.actor) as w:
            suspect(w, check_id, ["DIV1"])
    return made


@pytest.fixture
def codes(db, paper) -> list[str]:
    """Three sealed samples: one of each batch for one disease, one more of the second for another."""
    found = []
    for seal, (batch, more) in zip(SEALS, ((0, ()), (1, ()), (1, ("WSD",))), strict=True):
        with db.work(paper.vet.actor) as w:
            order_sampling(w, paper.declaration_id, paper.batch_ids[batch], more)
        with db.work(paper.vet.actor) as w:
            sample_id = take_sample(
                w,
                paper.declaration_id,
                paper.batch_ids[batch],
                individuals=150,
                seal_number=seal,
                taken_with="协检员",
                more=Taking(life_stage="P10"),
            )
            found.append(sample(w, sample_id).blind_code)
    return found


@pytest.fixture
def walked(walk: Walk, db, axe, paper, codes) -> Referral:
    """The laboratory at work: others' items wait, and the reviewer tested one herself."""
    walk.axe = axe
    lab = make_lab(db)
    let_also_test(db, lab.lab_id, "WSD", "woah-wsd-qpcr")
    equip_lab(db, lab.lab_id, disease="WSD", lot="K-WSD")
    [own, *others] = make_items(db, lab, 3)
    tester = replace(lab.reviewer, actor=also(db, lab.reviewer, "lab_technician"))
    make_result(db, replace(lab, technician=tester), own)
    hidden = (*(v for v in FARM.values()), *SEALS, paper.number, paper.farm.uscc)
    return Referral(walk, db, lab, codes, others, own, hidden)


def dispatch(walked: Referral, vet: Hand) -> None:
    """The vet puts all three into one box for the laboratory."""
    vet.open("/sampling/").look("dispatch")
    for box in vet.page.locator("[name=samples]").all():
        box.check(force=True)
    vet.page.locator("summary", has_text="箱号、运单号").click()
    vet.put("lab_id", str(walked.lab.lab_id)).fill(box_number=BOX).press("送出，交给实验室")
    assert "已送" in vet.look("dispatched")


def read_report(walked: Referral, vet: Hand, paper: Paper) -> None:
    """The sender finds result and report beside each sample."""
    vet.open(f"/sampling/{paper.declaration_id}")
    said = vet.look("sampling_released")
    assert said.count("阴性") >= 3
    vet.go("a[href^='/r/']")
    assert walked.codes[0] in vet.look("report_of_sample")


def scan_report(walked: Referral, db) -> None:
    """A stranger scans the code on the paper: it stands, and names no farm."""
    with db.look(SYSTEM) as look:
        found = report_for(look, walked.codes[0])
        _name, pdf = report_file(look, found.report_id, PDF)
    page = pypdfium2.PdfDocument(io.BytesIO(pdf))[0].render(scale=150 / 72).to_pil()
    [address] = {code.text for code in zxingcpp.read_barcodes(page) if "/r/" in code.text}
    hand = walked.walk.hand(SMALL).open(f"/r/{address.partition('/r/')[2]}")
    said = walked.look(hand, "report_scanned")
    assert "有效：实验室签章验证通过" in said
    assert found.number in said
    assert hand.context.cookies() == []
    hand.close()


def test_a_referral_is_walked_by_everybody_it_meets(walked, paper, as_person, house, db):
    vet = as_person(fresh(db, paper.vet), wide=False)
    dispatch(walked, vet)
    bench.receive(walked)
    bench.enter_results(walked)
    bench.review(walked)
    bench.authorise(walked)
    run_outbox(house)
    read_report(walked, vet, paper)
    scan_report(walked, db)
    assert walked.walk.faults == []
