"""The same through the commands: of all ways three people can share the work, one kind passes."""

from __future__ import annotations

from itertools import product

from aquacert.kernel.errors import NotAllowed, NotReady
from aquacert.kernel.scope import SYSTEM
from labs.bench.commands import enter_control, enter_result, open_run
from labs.instruments.rules import Role
from labs.reports.commands import authorise_report
from labs.reports.queries import report_for
from labs.review.commands import review_result
from tests.make.labs import DISEASE, make_items, make_lab


def test_no_way_to_a_report_without_three_different_people_of_the_laboratory(db):
    lab = make_lab(db)
    people = [lab.technician.actor, lab.reviewer.actor, lab.authoriser.actor]
    ways = list(product(range(3), repeat=3))
    codes = make_items(db, lab, len(ways))
    for (enters, verifies, authorises), code in zip(ways, codes, strict=True):
        with db.work(people[enters]) as w:
            run_id = open_run(w, lab.lab_id, instrument_id=lab.instrument_id, lot_id=lab.lot_id)
            enter_control(w, run_id, Role.NTC, DISEASE, None)
            enter_control(w, run_id, Role.POSITIVE, DISEASE, "24.8")
            for _ in range(2):
                result_id = enter_result(w, code, DISEASE, DISEASE, None, run_id=run_id)
        try:
            with db.work(people[verifies]) as w:
                review_result(w, result_id)
            with db.work(people[authorises]) as w:
                authorise_report(w, code)
        except (NotAllowed, NotReady):
            passed = False
        else:
            passed = True
        assert passed is (len({enters, verifies, authorises}) == 3)
        with db.look(SYSTEM) as look:
            assert (report_for(look, code) is not None) is passed
