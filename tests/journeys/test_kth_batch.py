"""A load of N batches of which only the k-th is not in order is refused, whichever it is.

Every fault is brought about by its own command, on batch k alone; then the first step of issuing is
asked in the same transaction, and the refusal undoes both. At the end the same load, in order, is
signed: nothing else stood in its way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from aquacert.certificates.commands import issue
from aquacert.certificates.issuing.commands.reserve import Order, start
from aquacert.certificates.issuing.queries import readiness
from aquacert.certificates.rules.reasons import Reason
from aquacert.hatcheries.commands import add_pond, correct_stock, open_lot
from aquacert.hatcheries.models import Lot
from aquacert.inspections.commands import give_verdict, order_treatment, suspect
from aquacert.inspections.rules import Act, Course
from aquacert.kernel.errors import NotReady
from aquacert.kernel.work import Work
from tests.make.accounts import Made, make_person
from tests.make.certificates import Ready, confirm, fresh, give_numbers
from tests.make.declarations import Paper, answers, make_declaration
from tests.make.hatcheries import Farm, make_hatchery
from tests.make.inspections import fill
from tests.make.inspections import start as begin
from tests.make.kept import kept
from tests.make.labs import make_lab
from tests.make.sampling import tested

COUNT = 3
EACH = 100_000
STOCK = 300_000
LAW = "《示例法》第一条第二款"


@dataclass(frozen=True)
class Visit:
    """A declaration of N batches, each checked but not yet judged; and another of the same lots."""

    paper: Paper
    vet: Made
    lots: tuple[UUID, ...]
    checks: tuple[UUID, ...]
    other: Paper
    other_checks: tuple[UUID, ...]

    def order(self, digest: str = "") -> Order:
        """Ask for the certificate of its only load."""
        return Order(self.paper.load_ids[0], digest)


@kept
def make_visit(db) -> Visit:
    """Walk two declarations of the same lots to the morning of their departure."""
    farm = make_hatchery(db)
    lots = (farm.lot_id, *(another(db, farm, number) for number in range(2, COUNT + 1)))
    filled = answers(db, farm)
    batch = replace(filled.batches[0], quantity=str(EACH))
    filled = replace(filled, batches=tuple(replace(batch, lot=str(lot)) for lot in lots))
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    papers = [make_declaration(db, farm, filled=filled, state="assigned", vet=vet) for _ in "ab"]
    db.clock.forward(days=5)
    vet = fresh(db, vet)
    papers = [replace(paper, vet=vet) for paper in papers]
    checks = [tuple(begin(db, paper)) for paper in papers]
    for paper, ids in zip(papers, checks, strict=True):
        for check_id in ids:
            fill(db, paper, check_id)
    give_numbers(db, farm.office_id, "A")
    return Visit(papers[0], vet, lots, checks[0], papers[1], checks[1])


def another(db, farm: Farm, number: int) -> UUID:
    """Put the same species into another pond."""
    with db.work(farm.owner) as w:
        pond_id = add_pond(w, farm.hatchery_id, f"{number} 号车间")
        return open_lot(w, pond_id, species_code=farm.species_code, life_stage="P5", quantity=STOCK)


def judge(w: Work, visit: Visit, k: int, *, but: Callable[[UUID], None] | None) -> None:
    """Let every batch pass, but batch `k` as `but` does; None: it passes like the others."""
    for at, check_id in enumerate(visit.checks):
        if at == k and but is not None:
            but(check_id)
        else:
            give_verdict(w, check_id, Act.PASS, EACH)


def failing(w: Work, visit: Visit, k: int) -> None:
    """Its verdict is that it fails."""
    judge(w, visit, k, but=lambda one: give_verdict(w, one, Act.FAIL, note="体表溃烂"))


def pending(w: Work, visit: Visit, k: int) -> None:
    """It has no verdict."""
    judge(w, visit, k, but=lambda _one: None)


def isolated(w: Work, visit: Visit, k: int) -> None:
    """It is isolated and reported."""
    judge(w, visit, k, but=lambda one: suspect(w, one, ["WSD"], course=Course.ISOLATE))


def too_few(w: Work, visit: Visit, k: int) -> None:
    """One less was seen than is to go."""
    judge(w, visit, k, but=lambda one: give_verdict(w, one, Act.PASS, EACH - 1))


def untested(w: Work, visit: Visit, k: int) -> None:
    """A disease was suspected, and no report came."""

    def suspected(check_id: UUID) -> None:
        suspect(w, check_id, ["DIV1"])
        give_verdict(w, check_id, Act.PASS, EACH, "个别空胃")

    judge(w, visit, k, but=suspected)


def held(w: Work, visit: Visit, k: int) -> None:
    """Its lot is under treatment, for a batch of another declaration."""
    judge(w, visit, k, but=None)
    check_id = visit.other_checks[k]
    give_verdict(w, check_id, Act.FAIL, note="体表溃烂")
    said = {"law": LAW, "measures": ("停止起运，就地隔离。",), "method": ""}
    order_treatment(w, visit.other.declaration_id, check_id, **said)


FAULTS: Mapping[Reason, Callable[[Work, Visit, int], None]] = {
    Reason.VERDICT_FAILED: failing,
    Reason.VERDICT_PENDING: pending,
    Reason.BATCH_ISOLATED: isolated,
    Reason.INSPECTED_TOO_FEW: too_few,
    Reason.TEST_NOT_RELEASED: untested,
    Reason.LOT_HELD: held,
}


def corrected(db, visit: Visit, k: int, quantity: int) -> int:
    """Let the owner say what a lot holds; return what it held before."""
    with db.work(visit.paper.farm.owner) as w:
        before = w.get(Lot, visit.lots[k]).balance
        correct_stock(w, visit.lots[k], quantity, "清点后更正")
        return before


def refused(db, visit: Visit, reason: Reason, k: int) -> None:
    """Bring a fault about on batch k alone and ask for the certificate: refused for that batch."""
    with pytest.raises(NotReady) as said, db.work(visit.vet.actor) as w:
        FAULTS[reason](w, visit, k)
        w.session.flush()
        found = readiness(w, visit.paper.load_ids[0]).reasons
        assert (reason, k + 1) in {(one.reason, one.batch) for one in found}
        assert {one.batch for one in found} <= {k + 1, None}, (reason, k)
        start(w, visit.order())
    assert any(f"第 {k + 1} 批" in sentence for sentence in said.value.reasons)


def test_the_kth_batch_alone_stops_the_load_for_every_fault_and_every_k(house, db):
    visit = make_visit(db)
    for reason in FAULTS:
        for k in range(COUNT):
            refused(db, visit, reason, k)
    with db.work(visit.vet.actor) as w:
        judge(w, visit, 0, but=None)
    for k in range(COUNT):  # an owner corrects what one pond holds, after all of it was judged
        before = corrected(db, visit, k, EACH - 1)
        with pytest.raises(NotReady), db.work(visit.vet.actor) as w:
            found = readiness(w, visit.paper.load_ids[0]).reasons
            assert {(one.reason, one.batch) for one in found} == {(Reason.STOCK_TOO_LOW, k + 1)}
            start(w, visit.order())
        corrected(db, visit, k, before)
    ready = Ready(visit.paper, visit.vet, visit.paper.load_ids[0])
    assert issue(db, visit.vet.actor, ready.load_id, house.keys, confirm(db, ready))


@pytest.mark.parametrize("k", range(COUNT))
def test_one_positive_report_stops_the_load_whichever_batch_it_is_of(house, db, k):
    visit = make_visit(db)
    lab = make_lab(db)
    with db.work(visit.vet.actor) as w:
        for check_id in visit.checks:
            suspect(w, check_id, ["DIV1"])
    for at in range(COUNT):
        cqs = ("24.1", "24.3") if at == k else (None, None)
        tested(db, visit.paper, lab, *cqs, batch=at)
    with db.work(visit.vet.actor) as w:
        for check_id in visit.checks:
            give_verdict(w, check_id, Act.PASS, EACH, "临床未见异常")
    with db.look(visit.vet.actor) as look:
        found = readiness(look, visit.paper.load_ids[0]).reasons
    assert (Reason.TEST_POSITIVE, k + 1) in {(one.reason, one.batch) for one in found}
    assert {one.batch for one in found} <= {k + 1, None}, found
    with pytest.raises(NotReady) as said:
        issue(db, visit.vet.actor, visit.paper.load_ids[0], house.keys, "0" * 64)
    assert any(f"第 {k + 1} 批" in sentence for sentence in said.value.reasons)
