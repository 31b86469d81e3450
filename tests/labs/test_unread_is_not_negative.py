"""What an instrument's file did not read never becomes a negative, however it hides."""

import json
from decimal import Decimal

import pytest

from labs.bench.commands import import_run, stage_file
from labs.bench.models import BenchRun, InstrumentFile
from labs.bench.queries import run_validity
from labs.bench.queries.placing import Placed, placed
from labs.bench.queries.plan import plan_of_file
from labs.bench.rules import Outcome, Read, RunFault, decide, one_a_well
from labs.instruments.documents import write_rdml
from labs.instruments.parsers import read_instrument_file
from labs.instruments.rules import Refusal, RefusalCode, Role, WellReading, Why
from labs.register.queries import scopes_of
from labs.register.rules import DecisionRule
from tests.make.labs import make_items, make_lab


def csv(*lines: str, head: str = "Well,Sample,Target,Task,Ct,Omit") -> bytes:
    return "\n".join([head, *lines]).encode()


def codes_of(run):
    return [(r.row, r.code) for r in run.refusals]


def test_an_unknown_word_in_the_omit_column_refuses_its_row():
    rows = ("A1,S1,DIV1,,无,剔除", "A2,S1,DIV1,,无,TRUE", "A3,S1,DIV1,,无,否")
    read = read_instrument_file(csv(*rows), "x.csv")
    assert codes_of(read) == [(2, RefusalCode.OMIT_UNKNOWN)]
    assert [r.why for r in read.readings] == [Why.EXCLUDED, Why.NO_CQ]


@pytest.mark.parametrize("excluded", ["yes", 1, None])
def test_a_message_that_says_excluded_in_another_way_is_no_reading(excluded):
    well = {"well": "A1", "sample": "S1", "target": "DIV1", "cq": None, "excluded": excluded}
    read = read_instrument_file(json.dumps({"run": "R", "wells": [well]}).encode(), "m.json")
    assert (codes_of(read), read.readings) == ([(1, RefusalCode.OMIT_UNKNOWN)], ())
    assert read.refusals[0].about == ("S1", "DIV1")


def test_no_amplification_control_of_rdml_is_no_blank(db):
    rows = [
        WellReading("R", well, name, Role.NAC, "DIV1", None, Why.NO_CQ)
        for well, name in (("A1", "no enzyme"), ("A2", "NEC-1"))
    ]
    read = read_instrument_file(write_rdml(rows, made_at=db.clock.now()), "r.rdml")
    assert [r.role for r in read.readings] == [Role.OTHER, Role.NAC]


def test_a_sample_is_not_decided_where_any_row_of_it_was_not_taken(db):
    lab = make_lab(db)
    cut, alias, twice, control, fine = make_items(db, lab, 5)
    rows = (
        f"A1,{cut},DIV1,,36,8,",
        f"A2,{cut},DIV1,,无,",
        f"A3,{alias},DIV1-ATPase,,ND,",
        f"A4,{alias},DIV1,,无,",
        f"A5,{control},DIV1,STANDARD,22,",
        f"A6,{control},DIV1,,无,",
        f"A7,{fine},DIV1,,无,",
    )
    with db.work(lab.technician.actor) as w:
        file_id = stage_file(w, lab.lab_id, csv(*rows), "r.csv")
        plan = plan_of_file(w, w.get(InstrumentFile, file_id))
        assert {well.item.blind_code for well in plan.wells if well.item} == {fine}
        wells = [
            {"well": "A1", "sample": twice, "target": "DIV1", "cq": "ND"},
            {"well": "A2", "sample": twice, "target": "DIV1", "cq": None},
        ]
        message = json.dumps({"run": "R", "wells": wells}).encode()
        file_id = stage_file(w, lab.lab_id, message, "m.json")
        assert plan_of_file(w, w.get(InstrumentFile, file_id)).samples == 0


def test_a_run_that_ended_before_the_grey_zone_says_nothing_of_a_sample(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    well = {"well": "A1", "sample": code, "target": "DIV1", "cq": 31.2}
    message = json.dumps({"run": "R", "cycles": 30, "wells": [well]}).encode()
    with db.work(lab.technician.actor) as w:
        file_id = stage_file(w, lab.lab_id, message, "m.json")
        plan = plan_of_file(w, w.get(InstrumentFile, file_id))
    assert [r.code for r in plan.refusals] == [RefusalCode.TOO_FEW_CYCLES]


def test_a_standard_is_no_positive_control_and_an_extraction_blank_no_blank_without_template(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    rows = (f"A1,{code},DIV1,,无,", "A2,S1,DIV1,STANDARD,22,", "A3,NEC,DIV1,,无,")
    with db.work(lab.technician.actor) as w:
        done = import_run(w, lab.lab_id, csv(*rows), "r.csv")
        run = w.get(BenchRun, done.run_ids[0])
        [scope] = scopes_of(w, lab.lab_id)
        faults = run_validity(w, run, scope).faults
    assert {RunFault.NO_POSITIVE, RunFault.NO_NTC} <= set(faults)


def test_a_worksheet_is_not_contradicted_about_what_a_well_is_for():
    places = {"A1": Placed("M7K2-0001"), "H12": Placed("NEC", Role.NAC)}

    def judged(well, sample, role):
        return placed(WellReading("R", well, sample, role, "DIV1", None, Why.NO_CQ), places)

    swapped = judged("A1", "PC", Role.POSITIVE)
    assert isinstance(swapped, Refusal)
    assert (swapped.code, swapped.about) == (RefusalCode.NOT_AS_PLANNED, ("M7K2-0001", "DIV1"))
    assert isinstance(judged("H12", "PC", Role.POSITIVE), Refusal)
    named = judged("H12", "NTC-2", Role.NTC)
    assert (named.sample, named.role) == ("NEC", Role.NAC)


def test_a_well_read_under_two_names_of_an_assay_is_one_replicate():
    rule = DecisionRule(3, Decimal(35), Decimal(38), 40)
    none, seen = Read(None, is_excluded=False), Read(Decimal(30), is_excluded=False)
    assert decide(one_a_well([none, none], ["A1", "A1"], rule), rule, wanted=2) is Outcome.INVALID
    assert decide(one_a_well([none, none], ["A1", "A2"], rule), rule, wanted=2) is Outcome.NEGATIVE
    assert decide(one_a_well([none, seen], ["A1", "A1"], rule), rule, wanted=2) is Outcome.GREY
    assert decide(one_a_well([none, none], ["", ""], rule), rule, wanted=2) is Outcome.NEGATIVE
