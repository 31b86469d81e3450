"""Which diseases findings point to: domain's table walked sign by sign, in and out of the water."""

from __future__ import annotations

import pytest

from aquacert.demo.findings import healthy
from aquacert.inspections.parsers import checklist
from aquacert.inspections.rules import Answer, suspects, temperature_of


def found(group: str, **picked: str):
    """Return the suspects of abnormal items with what was picked: individual_eyes="sunken"."""
    answers: dict[str, object] = {}
    for item, signs in picked.items():
        key = item.replace("_", "-", 1)
        answers[key] = Answer.ABNORMAL
        if signs:
            answers[f"{key}_signs"] = tuple(signs.split())
    return lambda temperature=None: suspects(checklist(group), answers, temperature)


@pytest.mark.parametrize(
    ("group", "picked", "codes"),
    [
        ("fish", {"individual_eyes": "sunken"}, {"KHVD", "CEVD"}),
        ("fish", {"individual_eyes": "bulging"}, {"SVCD", "IHN"}),
        ("fish", {"individual_gills": "white_spots"}, {"ICH", "CRYP"}),
        ("fish", {"individual_organs": "red_muscle"}, {"GCHD"}),
        ("fish", {"individual_organs": "bladder_bleeding"}, {"SVCD", "CHVD"}),
        ("fish", {"individual_organs": "bladder_swollen", "group_swimming": "spiral"}, {"VNN"}),
        ("fish", {"group_swimming": "frantic", "individual_belly": "trailing_cast"}, {"IHN"}),
        ("fish", {"individual_organs": "white_liver", "individual_gills": "pale"}, {"ISKND"}),
        ("fish", {"group_feeding": ""}, set()),
        ("crustacean", {"individual_carapace": "white_spots"}, {"WSD"}),
        ("crustacean", {"group_gut": "empty"}, {"WSD", "AHPND"}),
        ("crustacean", {"group_colour": "white_head"}, {"DIV1"}),
        ("crustacean", {"group_size": "uneven", "individual_intestine": "white_faeces"}, {"EHPD"}),
        ("crustacean", {"individual_hepatopancreas": "shrunken"}, {"DIV1", "AHPND"}),
        ("mollusc", {"individual_foot": "stiff"}, {"AVNV"}),
        ("mollusc", {"group_deaths": "sudden"}, {"OSHV1"}),
        ("other", {"individual_surface": "bleeding"}, set()),
    ],
)
def test_a_sign_points_to_the_diseases_of_the_table(group, picked, codes):
    assert {one.disease_code for one in found(group, **picked)()} == codes


@pytest.mark.parametrize(
    ("code", "tenths", "inside"),
    [("KHVD", 179, False), ("KHVD", 180, True), ("KHVD", 280, True), ("KHVD", 281, False),
     ("CEVD", 59, False), ("CEVD", 60, True), ("CEVD", None, True)],
)  # fmt: skip
def test_a_window_holds_its_bounds_and_nothing_beyond(code, tenths, inside):
    eyes = found("fish", individual_eyes="sunken")
    assert {one.disease_code: one.in_window for one in eyes(tenths)}[code] is inside


def test_what_fits_the_water_and_more_signs_comes_first_and_says_why():
    two = found("fish", individual_eyes="sunken", individual_skin="pale_patches mucus")
    warm, cold = two(200), two(100)
    assert [one.disease_code for one in warm] == ["KHVD", "CEVD"]
    assert warm[0].why == ("体表和鳍（苍白斑块）", "体表和鳍（黏液多）", "眼（凹陷）")
    assert [one.disease_code for one in cold] == ["CEVD", "KHVD"]
    assert cold[1].window == (180, 280)


def test_an_abnormal_item_without_a_pick_points_to_everything_it_may_mean():
    every = found("fish", individual_eyes="")()
    assert {one.disease_code for one in every} == {"SVCD", "KHVD", "CEVD", "IHN"}
    assert {one.why for one in every} == {("眼（异常）",)}


@pytest.mark.parametrize("group", ["fish", "crustacean", "mollusc", "other"])
def test_a_healthy_batch_points_to_nothing(group):
    answers = healthy(checklist(group))
    assert temperature_of(answers) == 245
    assert suspects(checklist(group), answers, 245) == []
