"""Supervision: counts that agree with what was issued, and a check that finds a changed trail."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from aquacert.kernel.scope import SYSTEM
from aquacert.supervision.commands import check_chains
from aquacert.supervision.queries import (
    Span,
    by_month,
    counts,
    last_check,
    last_year,
    rooms_recorded,
    today,
    trail,
    waiting,
)
from aquacert.supervision.tasks import check_chains as nightly
from tests.make.accounts import make_person
from tests.make.movements import make_road


@pytest.fixture
def road(house):
    return make_road(house)


def test_issued_certificates_are_counted_by_month_county_and_species(db, road):
    with db.look(SYSTEM) as look:
        span = last_year(look)
        [line] = counts(look, span)
        sums = by_month([line], span)
    assert (line.month, line.county, line.kind, line.certificates, line.quantity) == (
        "2026-05",
        "320114",
        "A",
        1,
        500_000,
    )
    assert line.county_name == "江苏省南京市雨花台区"
    assert len(sums) == 12
    assert sums["2026-05"] == {"A": 1, "B": 0}
    assert sum(one["A"] for one in sums.values()) == 1


def test_filters_narrow_the_counts_and_a_place_takes_in_all_below_it(db, road):
    with db.look(SYSTEM) as look:
        span = last_year(look)
        assert len(counts(look, span, county="320000")) == 1
        assert counts(look, span, county="330000") == []
        assert counts(look, span, county="nonsense") == []
        assert counts(look, span, species="nonsense") == []
        assert counts(look, Span(date(2026, 1, 1), date(2026, 4, 1))) == []


def test_another_county_s_supervisor_counts_nothing(db, road):
    other = make_person(db, "county_supervisor", division="321302").actor
    with db.look(other) as look:
        assert counts(look, last_year(look)) == []
        assert today(look).issued == 0


def test_the_figures_of_today_agree_with_the_rooms(db, road):
    with db.look(SYSTEM) as look:
        figures = today(look)
    assert (figures.issued, figures.on_the_road, figures.overdue) == (1, 1, 0)
    assert (figures.numbers_a, figures.numbers_b) == (999, 1000)
    assert figures.chain is None
    assert figures.feed.newest_on is None
    db.clock.forward(days=9)
    with db.look(SYSTEM) as look:
        assert (today(look).issued, today(look).overdue) == (0, 1)


def test_a_whole_trail_is_found_whole(db, road):
    assert nightly(db) == 0
    with db.look(SYSTEM) as look:
        kept = last_check(look)
        assert kept.breaks == []
        assert kept.entries > 10
        assert kept.chains >= 1
        assert waiting(look) == (0, 0)
        assert kept.by == "系统"


def test_a_changed_trail_is_found_out_and_shown(db, road):
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER tr_audit_entries_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
        connection.execute(
            text("UPDATE audit_entries SET reason = '改过' WHERE tag = 'movements:movement:open'")
        )
    breaks = check_chains(db)
    assert len(breaks) == 1
    assert "被改过" in breaks[0]
    with db.look(SYSTEM) as look:
        assert waiting(look) == (0, 1)


def test_the_result_of_a_check_cannot_be_changed(db):
    check_chains(db)
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM chain_checks"))


def test_the_trail_is_searched_by_words_tag_and_subject(db, road):
    with db.look(SYSTEM) as look:
        assert look.scalars(trail(look, "登记启运"))[0].subject_id == str(road.certificate_id)
        assert {row.tag.split(":")[0] for row in look.scalars(trail(look, tag="movements"))} == {
            "movements"
        }
        about = look.scalars(trail(look, str(road.certificate_id)))
        assert {row.subject_kind for row in about} == {"movements", "certificates"}
        assert look.scalars(trail(look, "100%_没有")) == []
        assert "movements" in rooms_recorded(look)


def test_a_supervisor_reads_the_trail_of_the_own_county_only(db, road):
    other = make_person(db, "county_supervisor", division="321302").actor
    with db.look(other) as look:
        assert {row.chain for row in look.scalars(trail(look))} <= {"321302"}
    own = make_person(db, "county_supervisor").actor
    with db.look(own) as look:
        assert look.scalars(trail(look, "登记启运")) != []
