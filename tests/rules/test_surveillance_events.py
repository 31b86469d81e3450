"""Reports fold to one state in any order; names, places and zones are matched exactly."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.surveillance.parsers.crosswalk import mapped
from aquacert.surveillance.rules.events import (
    Realm,
    Status,
    content_hash,
    difference,
    folded,
    is_confirmed,
    rank,
    status_of,
)
from aquacert.surveillance.rules.places import Named, find_county, find_province, is_china
from aquacert.surveillance.rules.sketch import HEIGHT, WIDTH, draw
from aquacert.surveillance.rules.zones import (
    Reason,
    Standing,
    in_force,
    lacks,
    last_day,
    sentence,
    why_waiting,
)

TODAY = date(2026, 5, 9)
ACTING = Standing(Realm.AQUATIC, "WSD", Status.CONFIRMED, None, True, "320116", date(2026, 5, 1))
values = st.fixed_dictionaries(
    {
        "reported_on": st.sampled_from(["2026-05-01", "2026-05-02", None]),
        "status": st.sampled_from(["Confirmed", "Suspected", "Denied", None]),
        "cases": st.one_of(st.none(), st.integers(0, 99)),
    },
    optional={"locality": st.sampled_from(["甲", "乙", None])},
)


@given(st.lists(values, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(reports, chance):
    ranked = [(rank(one, content_hash(one)), one) for one in reports]
    shuffled = [*ranked, *ranked[:2]]
    chance.shuffle(shuffled)
    assert folded(shuffled) == folded(ranked)


def test_a_later_report_wins_and_columns_it_does_not_carry_stay():
    old = {"reported_on": "2026-05-01", "status": "Confirmed", "locality": "甲"}
    new = {"reported_on": "2026-05-03", "locality": "乙"}
    state = folded((rank(one, content_hash(one)), one) for one in (new, old))
    assert state == {"reported_on": "2026-05-03", "status": "Confirmed", "locality": "乙"}
    assert difference(old, state) == {
        "locality": ["甲", "乙"],
        "reported_on": ["2026-05-01", "2026-05-03"],
    }


def test_on_one_day_a_denial_outranks_a_confirmation():
    day = "2026-05-01"
    said = [{"reported_on": day, "status": word} for word in ("Denied", "Confirmed", "Suspected")]
    state = folded((rank(one, content_hash(one)), one) for one in said)
    assert status_of(state["status"]) is Status.DENIED


def test_an_officers_verdict_outranks_the_source():
    assert is_confirmed(Status.UNSAID, Status.CONFIRMED)
    assert not is_confirmed(Status.CONFIRMED, Status.DENIED)
    assert status_of("who knows") is Status.UNSAID


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("White spot disease", "WSD"),
        (" white  SPOT disease ", "WSD"),
        ("白斑综合征", "WSD"),
        ("Infection with decapod iridescent virus 1", "DIV1"),
        ("Viral haemorrhagic septicaemia", None),
        ("Epizootic haematopoietic necrosis", None),
        ("Necrotising hepatopancreatitis", None),
        ("Infection with Mikrocytos roughleyi", None),
        ("White spot diseases", None),
    ],
)
def test_a_disease_maps_by_its_exact_name_only(written, code):
    assert mapped(written).disease_code == code


def test_terrestrial_diseases_are_marked_and_strange_names_are_unmapped():
    assert mapped("Influenza - Avian").realm is Realm.TERRESTRIAL
    assert mapped("Summer mortality of crabs").realm is Realm.UNMAPPED
    assert mapped("Viral haemorrhagic septicaemia").realm is Realm.AQUATIC


BELOW = [
    Named("320100", "南京市", "Nanjing City", False),
    Named("320116", "六合区", "Luhe District", True),
    Named("320800", "淮安市", "Huai'an City", False),
    Named("320803", "淮安区", "Huai'an District", True),
    Named("320106", "鼓楼区", "Gulou District", True),
    Named("320302", "鼓楼区", "Gulou District", True),
]


@pytest.mark.parametrize(
    ("locality", "code"),
    [
        ("Luhe District", "320116"),
        ("luhe", "320116"),
        ("六合区", "320116"),
        ("六合", "320116"),
        ("Huai'an District", "320803"),
        ("Huai'an", None),  # the prefecture or its district: nobody knows
        ("Huai'an City", None),
        ("Gulou District", None),  # two of them
        ("Near Luhe", None),
        ("", None),
    ],
)
def test_a_county_is_found_by_its_exact_name_only(locality, code):
    assert find_county(locality, BELOW) == code


def test_a_province_is_found_with_or_without_its_kind():
    provinces = [
        Named("320000", "江苏省", "Jiangsu Province", False),
        Named("450000", "广西壮族自治区", "Guangxi Zhuang Autonomous Region", False),
        Named("150000", "内蒙古自治区", "Inner Mongolia Autonomous Region", False),
    ]
    names = {"Jiangsu": "320000", "江苏": "320000", "Guangxi": "450000", "Inner Mongolia": "150000"}
    assert {name: find_province(name, provinces) for name in names} == names
    assert find_province("Jiang su", provinces) is None
    assert is_china("China")
    assert not is_china("Thailand")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"realm": Realm.TERRESTRIAL, "disease_code": None}, Reason.TERRESTRIAL),
        ({"realm": Realm.UNMAPPED, "disease_code": None}, Reason.UNMAPPED),
        ({"disease_code": None}, Reason.NOT_IN_CATALOGUE),
        ({"status": Status.UNSAID}, Reason.NOT_CONFIRMED),
        ({"status": Status.UNSAID, "verdict": Status.CONFIRMED}, None),
        ({"verdict": Status.DENIED}, Reason.DENIED),
        ({"is_domestic": False, "division_code": None}, Reason.ABROAD),
        ({"division_code": None}, Reason.NO_PLACE),
        ({"on": date(2026, 3, 30)}, Reason.PAST),
        ({"on": date(2026, 3, 31)}, None),
    ],
)
def test_only_a_confirmed_aquatic_event_of_a_known_county_acts(changes, reason):
    event = Standing(**(vars(ACTING) | changes))
    assert why_waiting(event, TODAY, 40) is reason


def test_without_a_binding_rule_an_officer_decides():
    assert why_waiting(ACTING, TODAY, None) is Reason.NO_RULE


def test_a_zone_of_forty_days_ends_on_its_fortieth_day():
    first = date(2026, 5, 1)
    last = last_day(first, 40)
    assert last == date(2026, 6, 9)
    assert in_force(first, last, last)
    assert not in_force(first, last, date(2026, 6, 10))
    assert in_force(first, None, date(2030, 1, 1))


def test_the_sentence_names_place_day_disease_and_species():
    said = sentence("六合区", date(2026, 5, 1), "白斑综合征", "凡纳滨对虾", TODAY)
    assert said == "六合区 5 月 1 日起因白斑综合征暂停凡纳滨对虾苗种调运"
    assert "2025 年 12 月" in sentence("甲", date(2025, 12, 30), "乙", "丙", TODAY)


def test_a_zone_asked_for_without_reason_or_end_says_what_it_lacks():
    assert set(lacks((), TODAY, None, " ")) == {"division_codes", "until_on", "reason"}
    assert set(lacks(("320116",), TODAY, date(2026, 5, 1), "疫情")) == {"until_on"}
    assert lacks(("320116",), TODAY, TODAY, "疫情") == {}


@given(st.floats(-89, 89), st.floats(-180, 180), st.lists(st.integers(1, 100), max_size=3))
def test_the_sketch_keeps_inside_its_frame(latitude, longitude, radii):
    sketch = draw(latitude, longitude, radii, [(latitude + 0.01, longitude, "近")])
    assert all(radius <= HEIGHT / 2 for radius, _label in sketch.radii)
    assert all(0 < dot.x < WIDTH and 0 < dot.y < HEIGHT for dot in sketch.dots)
    assert 0 < sketch.scale_width < WIDTH / 2


def test_the_sketch_crosses_the_dateline():
    sketch = draw(-17.0, 179.99, [10], [(-17.0, -179.99, "斐济")])
    assert [dot.label for dot in sketch.dots] == ["斐济"]
    assert sketch.dots[0].x > sketch.x
