"""What the reference room answers, on the shipped data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from aquacert.kernel.errors import Invalid, NotFound, NotReady
from aquacert.kernel.scope import SYSTEM
from aquacert.reference import queries
from aquacert.reference.models import Disease, Division, Method, Species

TODAY = date(2026, 5, 9)


@pytest.fixture
def look(db):
    with db.look(SYSTEM) as unit:
        yield unit


def count(look, model, *where):
    return look.session.scalar(select(func.count()).select_from(model).where(*where))


def test_the_whole_list_is_there(look):
    standing = Division.until_on.is_(None)
    assert count(look, Division, Division.level == "province", standing) == 34
    assert count(look, Division, Division.level == "prefecture", standing) == 333
    assert count(look, Division, Division.level == "county", standing) == 2845
    assert (count(look, Species), count(look, Disease), count(look, Method)) == (57, 42, 44)


def test_every_division_hangs_from_a_province(look):
    parents = dict(look.session.execute(select(Division.code, Division.parent_code)).all())
    provinces = {code for code, parent in parents.items() if parent is None}
    for code in parents:
        steps, at = 0, code
        while parents[at] is not None:
            at, steps = parents[at], steps + 1
        assert at in provinces
        assert steps <= 2


def test_a_code_is_read_from_the_province_down(look):
    assert queries.full_name(look, "320102") == "江苏省南京市玄武区"
    assert queries.full_name_en(look, "320102") == (
        "Xuanwu District, Nanjing City, Jiangsu Province"
    )


@pytest.mark.parametrize(
    ("code", "province"), [("429004", "420000"), ("469007", "460000"), ("110101", "110000")]
)
def test_a_county_directly_under_a_province_has_it_as_parent(look, code, province):
    assert queries.division(look, code).parent_code == province
    assert queries.province_of(look, code) == province
    assert code in queries.descendants(look, province)


def test_descendants_hold_the_division_itself_and_the_retired_ones(look):
    found = queries.descendants(look, "330100")
    assert {"330100", "330106", "330103"} <= found
    assert "330200" not in found
    assert queries.descendants(look, "330106") == {"330106"}
    assert queries.descendants(look, "999999") == frozenset()


def test_children_are_the_ones_that_stand(look):
    codes = {row.code for row in queries.children(look, "330100")}
    assert "330105" in codes
    assert "330103" not in codes
    assert len(queries.children(look, None)) == 34


def test_an_unknown_code_is_not_found(look):
    with pytest.raises(NotFound):
        queries.division(look, "999999")


def test_a_retired_division_is_refused_with_its_successor(look):
    with pytest.raises(Invalid) as caught:
        queries.usable_division(look, "330103", on=TODAY, field="origin_code")
    assert "已经撤销" in caught.value.fields["origin_code"]
    assert "拱墅区（330105）" in caught.value.sentence
    assert queries.usable_division(look, "330103", on=date(2020, 1, 1)).name_zh == "下城区"
    with pytest.raises(Invalid, match="从列表里选"):
        queries.usable_division(look, "3301031", on=TODAY)
    with pytest.raises(Invalid, match="还没有设立"):
        queries.usable_division(look, "330113", on=date(2018, 1, 1))


@pytest.mark.parametrize(
    "words", ["玄武", "320102", "xwq", "Xuanwu", "ｘｗｑ", "江苏 玄武", "南京"]
)
def test_a_division_is_found_by_name_initials_and_code(look, words):
    assert "320102" in {row.code for row in look.scalars(queries.divisions(look, words))}


def test_a_province_is_first_among_what_its_name_finds(look):
    found = look.scalars(queries.divisions(look, "江苏", retired=False))
    assert (found[0].code, len(found)) == ("320000", 109)


def test_odd_search_words_find_nothing_and_break_nothing(look):
    for words in ("%", "_", "; --", "1 OR 1=1", "\x00", "🐟", "没有这个地方"):
        found = look.scalars(queries.divisions(look, words))
        assert found == [] or words == "\x00"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("南美白对虾", "凡纳滨对虾"),
        ("凡纳滨对虾", "凡纳滨对虾"),
        ("PNV", "凡纳滨对虾"),
        ("Litopenaeus vannamei", "凡纳滨对虾"),
        ("小龙虾", "克氏原螯虾"),
        ("大闸蟹", "中华绒螯蟹"),
        ("锦鲤", "鲤"),
        ("svc", "鲢"),
        (" 草 鱼 ", "草鱼"),
    ],
)
def test_a_name_people_use_gives_the_species(look, text, name):
    assert [row.name_zh for row in queries.find_species(look, text)] == [name]
    assert queries.species_named(look, text).name_zh == name


@pytest.mark.parametrize(
    ("text", "says"),
    [("石斑鱼", "点带石斑鱼"), ("虾", "中国对虾"), ("恐龙", "换一个名字"), ("", "换一个名字")],
)
def test_a_broad_or_unknown_word_suggests_and_never_decides(look, text, says):
    with pytest.raises(Invalid, match=says):
        queries.species_named(look, text)


def test_the_silver_carp_is_not_the_disease(look):
    assert queries.species(look, "SVC").name_zh == "鲢"
    assert queries.disease(look, "SVCD").name_zh == "鲤春病毒血症"
    with pytest.raises(NotFound):
        queries.disease(look, "SVC")


def test_each_edition_of_the_procedures_has_its_own_list(look):
    now = {duty.disease_code for duty in queries.duties(look, "PNV", TODAY)}
    then = {duty.disease_code for duty in queries.duties(look, "PNV", date(2020, 1, 1))}
    assert now == {"WSD", "DIV1", "EHPD", "AHPND", "IHHN"}
    assert then == {"WSD", "TS", "IMN"}
    assert queries.duties(look, "PNV", date(2009, 1, 1)) == ()


def test_a_duty_names_its_trigger_methods_and_sureness(look):
    duty = next(d for d in queries.duties(look, "PNV", TODAY) if d.disease_code == "WSD")
    assert (duty.name_zh, duty.trigger, duty.sureness) == ("白斑综合征", "clinical", "unverified")
    assert "gbt28630.2-2012" in duty.method_codes


@pytest.mark.parametrize("code", ["FOK", "TTS", "CUJ"])
def test_animals_without_a_procedure_have_no_duties(look, code):
    assert queries.duties(look, code, TODAY) == ()


def test_a_disease_affects_its_hosts_even_where_no_procedure_names_them(look):
    assert queries.affects(look, "TILV", "TLN")
    assert queries.affects(look, "WSD", "PNV")
    assert not queries.affects(look, "SVCD", "SVC")
    assert not queries.affects(look, "HPAI", "PNV")


def test_every_disease_affects_something_and_every_species_has_names(look):
    for code in look.session.scalars(select(Disease.code)):
        assert queries.affected(look, code), code


@pytest.mark.parametrize(
    ("rule_id", "on", "words"),
    [
        ("declaration.lead_time", date(2022, 11, 30), "20 日"),
        ("declaration.lead_time", date(2022, 12, 1), "3 日"),
        ("declaration.wild_after_capture", date(2020, 1, 1), "2 日"),
        ("supplement.notice", TODAY, "3 日"),
        ("supplement.reply", TODAY, "3 日"),
        ("arrival.report", date(2022, 11, 30), "24 小时"),
        ("arrival.report", TODAY, "72 小时"),
        ("certificate_a.valid_days_max", TODAY, "5 日"),
        ("certificate_b.valid_days", TODAY, "1 日"),
        ("result.valid_days", TODAY, "30 日"),
        ("record.retention", date(2020, 1, 1), "24 个月"),
        ("procedures.aquatic", date(2023, 4, 3), "2011 年版"),
        ("procedures.aquatic", date(2023, 4, 4), "2023 年版"),
    ],
)
def test_the_day_picks_the_rule(look, rule_id, on, words):
    assert queries.rule(look, rule_id, on).words == words


def test_no_two_rows_of_a_rule_stand_on_one_day(look):
    lines = [queries.rule_line(look, row) for row in look.scalars(queries.rules(look))]
    for line in lines:
        others = [o for o in lines if o.rule.rule_id == line.rule.rule_id and o.id != line.id]
        for other in others:
            late, early = (
                max(line.rule.from_on, other.rule.from_on),
                min(line.rule.from_on, other.rule.from_on),
            )
            first = line if line.rule.from_on == early else other
            assert first.rule.until_on is not None
            assert first.rule.until_on < late


def test_a_rule_before_its_time_is_not_found(look):
    with pytest.raises(NotFound):
        queries.rule(look, "arrival.report", date(2001, 1, 1))


def test_in_production_an_unverified_rule_waits_for_the_province(db):
    db.settings = replace(db.settings, is_production=True)
    with db.look(SYSTEM) as look:
        assert queries.binding_rule(look, "arrival.report", TODAY) is None
        with pytest.raises(NotReady, match="两名人员"):
            queries.rule(look, "arrival.report", TODAY)
        with pytest.raises(NotReady, match="两名人员"):
            queries.duties(look, "PNV", TODAY)
        assert queries.rule(look, "declaration.lead_time", TODAY).value == 3


def test_the_working_calendar_knows_the_days_worked_in_exchange(look):
    calendar = queries.holidays(look)
    assert calendar[date(2026, 5, 9)] is True
    assert calendar[date(2026, 5, 5)] is False
    assert {day.year for day in calendar} == {2024, 2025, 2026}
