"""Files in, without loss and in any order; zones that open, wait, move and lift."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from aquacert.declarations.commands import accept_declaration
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import AquaCertError, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance import commands, queries
from aquacert.surveillance.models import Event, EventChange, EventReport, FeedFile, Zone
from tests.make.declarations import make_declaration
from tests.make.surveillance import (
    V2,
    blocked,
    brought_in,
    event_of,
    feed,
    luhe,
    make_officer,
    make_zone,
    zones_of,
)

SHARED = Path(__file__).parents[4] / "shared" / "data"


def counted(db, model, *where):
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(model).where(*where))


def counts(found):
    return {name: count for name, count in found.as_dict().items() if count}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside the repository")
def test_the_shared_avian_file_makes_events_and_no_zones(db):
    data = (SHARED / "empresi_avian_2017_2021.csv").read_bytes()
    began = time.perf_counter()
    with db.work(SYSTEM) as w:
        first = commands.import_empresi(w, data, "avian.csv")
    took = time.perf_counter() - began
    assert counts(first) == {"created": 7294}
    assert counted(db, Event) == 7294
    assert counted(db, Zone) == 0
    assert counted(db, Event, Event.realm == "terrestrial") == 7294
    assert counted(db, Event, Event.is_confirmed) == 0
    entries = counted(db, AuditEntry)
    with db.work(SYSTEM) as w:
        again = commands.import_empresi(w, data, "avian.csv")
    assert counts(again) == {"unchanged": 7294}
    assert counted(db, AuditEntry) == entries
    assert took < 30


def test_a_confirmed_aquatic_event_of_a_known_county_opens_its_zone(db):
    assert counts(brought_in(db, luhe())) == {"created": 1}
    row = event_of(db)
    assert (row.disease_code, row.division_code, row.is_confirmed) == ("WSD", "320116", True)
    [line] = zones_of(db, row.id)
    assert line.acts
    assert line.zone.is_automatic
    assert (line.zone.from_on, line.zone.until_on) == (date(2026, 5, 1), date(2026, 6, 9))
    assert line.division_codes == ("320116",)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "Suspected"},
        {"status": ""},
        {"disease": "White spot"},
        {"disease": "African swine fever"},
        {"disease": "Viral haemorrhagic septicaemia"},
        {"localityName": "near Luhe District"},
        {"admin1": "Zhejiang"},
        {"admin1": ""},
        {"country": "Thailand"},
        {"observationDate": "01/01/2026", "reportingDate": "02/01/2026"},
    ],
)
def test_anything_less_waits_and_is_kept(db, changes):
    assert counts(brought_in(db, luhe(**changes))) == {"created": 1}
    assert counted(db, Zone) == 0
    assert blocked(db) == ()


def test_a_header_without_status_confirms_nothing(db):
    row = {
        "Event ID": "7",
        "Disease": "White spot disease",
        "Country": "China",
        "Locality": "Luhe District",
        "observation_date": "2026-05-01",
        "report_date": "2026-05-01",
    }
    with db.work(SYSTEM) as w:
        commands.import_empresi(w, feed([row], V2).encode(), "v2.csv")
    found = event_of(db, "7")
    assert (found.disease_code, found.status, found.is_confirmed) == ("WSD", "unsaid", False)
    assert counted(db, Zone) == 0


def test_any_file_again_changes_nothing(db):
    rows = (luhe(), luhe(sumCases="500"), luhe(), luhe(Id="7002", disease="Crab woe"))
    assert counts(brought_in(db, *rows)) == {"created": 2, "stale": 2}
    before = (counted(db, EventReport), counted(db, AuditEntry), counted(db, FeedFile))
    again = brought_in(db, *rows)
    assert not again.changes
    other = brought_in(db, *rows[:2], name="part.csv")
    assert counts(other) == {"unchanged": 1, "stale": 1}
    assert counted(db, EventReport) == before[0]
    assert counted(db, Event) == 2
    assert event_of(db).cases == 500


def test_every_row_is_counted_once(db):
    rows = (luhe(), luhe(), luhe(sumCases="9"), luhe(Id="2"), luhe(Id="3", sumCases="x"))
    found = brought_in(db, *rows)
    assert counts(found) == {"created": 2, "unchanged": 1, "stale": 1, "quarantined": 1}


def test_a_later_version_updates_with_the_difference_and_an_older_one_is_stale(db):
    brought_in(db, luhe())
    later = luhe(reportingDate="03/05/2026", sumCases="900")
    assert counts(brought_in(db, later)) == {"updated": 1}
    with db.look(SYSTEM) as look:
        [change] = look.scalars(select(EventChange))
    assert change.diff == {"cases": [300, 900], "reported_on": ["2026-05-01", "2026-05-03"]}
    assert counts(brought_in(db, luhe(sumDeaths="1"))) == {"stale": 1}
    assert event_of(db).cases == 900
    assert counted(db, EventReport) == 3
    [line] = zones_of(db, event_of(db).id)
    assert line.zone.until_on == date(2026, 6, 11)


def test_a_withdrawal_by_the_source_frees_what_the_event_held(db):
    brought_in(db, luhe())
    assert blocked(db)
    brought_in(db, luhe(reportingDate="05/05/2026", status="Denied"))
    assert blocked(db) == ()
    [line] = zones_of(db, event_of(db).id)
    assert line.zone.lift_reason == "来源更正，不再符合"


def test_a_moved_event_moves_its_zone(db):
    brought_in(db, luhe())
    brought_in(db, luhe(reportingDate="05/05/2026", localityName="Pukou District"))
    live = [line for line in zones_of(db, event_of(db).id) if line.acts]
    assert [line.division_codes for line in live] == [("320111",)]
    assert blocked(db) == ()
    assert len(blocked(db, place="320111")) == 1


def test_a_file_from_another_county_frees_nothing_here(db):
    brought_in(db, luhe())
    gone = luhe(reportingDate="05/05/2026", localityName="Pukou District")
    elsewhere, here = make_officer(db, "321302").actor, make_officer(db).actor
    rows = [gone, luhe(Id="8", status="Suspected")]
    with db.work(elsewhere) as w:
        found = commands.import_empresi(w, feed(rows).encode(), "own.csv")
    assert counts(found) == {"created": 1, "quarantined": 1}
    assert len(blocked(db)) == 1
    with db.work(here) as w:
        found = commands.import_empresi(w, feed(rows).encode(), "own.csv")
    assert counts(found) == {"updated": 1, "unchanged": 1}
    assert blocked(db) == ()


def test_a_dry_run_counts_and_writes_nothing(db):
    entries = counted(db, AuditEntry)
    assert counts(brought_in(db, luhe(), dry_run=True)) == {"created": 1}
    assert counted(db, Event) == counted(db, FeedFile) == 0
    assert counted(db, AuditEntry) == entries
    with db.look(SYSTEM) as look:
        planned = queries.preview_empresi(look, feed([luhe()]).encode())
    assert counts(planned.counts) == counts(brought_in(db, luhe()))


def test_a_partial_file_takes_nothing_away_and_a_full_one_only_marks(db):
    brought_in(db, luhe(), luhe(Id="2", reportingDate="02/05/2026"), luhe(Id="3"))
    assert counts(brought_in(db, luhe(Id="3"), luhe(Id="2", reportingDate="02/05/2026"))) == {
        "unchanged": 2
    }
    full = (luhe(Id="3"), luhe(Id="4", reportingDate="02/05/2026"))
    assert counts(brought_in(db, *full, full=True)) == {"created": 1, "unchanged": 1, "vanished": 2}
    assert event_of(db).missing_since_at is not None
    assert counted(db, Event) == 4
    assert not brought_in(db, *full, full=True).changes
    brought_in(db, luhe())
    assert event_of(db).missing_since_at is None


def test_raw_bytes_and_bad_rows_are_kept(db):
    data = feed([luhe(), luhe(Id="2", sumCases="many")]).encode("gb18030")
    with db.work(SYSTEM) as w:
        commands.import_empresi(w, data, "四月.csv")
    with db.look(SYSTEM) as look:
        [file] = look.scalars(queries.feed_files(look))
        from aquacert.surveillance.queries.feeds import raw_bytes

        assert raw_bytes(look, file) == data
        [bad] = look.scalars(queries.set_aside(look, file.id))
        assert queries.feed_age(look).newest_on == date(2026, 5, 1)
    assert (bad.line, bad.code, bad.column_name, bad.value) == (3, "number", "sumCases", "many")


def test_a_received_file_acts_only_when_imported(db):
    with db.work(SYSTEM) as w:
        file_id = commands.receive_empresi(w, feed([luhe()]).encode(), "later.csv")
    assert counted(db, Event) == 0
    with db.work(SYSTEM) as w:
        assert commands.receive_empresi(w, feed([luhe()]).encode(), "again.csv") == file_id
    with db.work(SYSTEM) as w:
        assert counts(commands.import_received(w, file_id)) == {"created": 1}
    with db.look(SYSTEM) as look:
        assert queries.feed_file(look, file_id).created == 1


rows_of_files = st.lists(
    st.lists(
        st.builds(
            lambda key, day, status, cases, place: luhe(
                Id=key,
                reportingDate=f"{day:02d}/05/2026",
                status=status,
                sumCases=cases,
                localityName=place,
            ),
            st.sampled_from(["1", "2"]),
            st.integers(1, 3),
            st.sampled_from(["Confirmed", "Denied", "Suspected", ""]),
            st.sampled_from(["", "5", "70"]),
            st.sampled_from(["Luhe District", "Pukou District", "nowhere"]),
        ),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=3,
)


def state_of(look):
    """Every event, and the zones that stand, as plain values."""
    return {
        row.source_key: (
            row.content,
            row.content_hash,
            row.is_confirmed,
            [
                (line.division_codes, line.zone.from_on, line.zone.until_on)
                for line in queries.zones_of(look, row.id)
                if line.zone.lifted_at is None
            ],
        )
        for row in look.scalars(select(Event))
    }


class Undone(Exception):
    pass


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows_of_files, st.randoms(use_true_random=False))
def test_any_order_and_grouping_of_the_same_reports_ends_in_one_state(db, files, chance):
    """Each way is walked in one transaction that is then given up."""

    def walked(groups):
        found = None
        try:
            with db.work(SYSTEM) as w:
                for number, rows in enumerate(groups):
                    commands.import_empresi(w, feed(rows).encode(), f"{number}.csv")
                w.session.flush()
                found = state_of(w)
                raise Undone  # noqa: TRY301
        except Undone:
            return found

    everything = [row for rows in files for row in rows]
    other = list(everything)
    chance.shuffle(other)
    assert walked(files) == walked([[row] for row in other]) == walked([other, files[0]])


def test_an_officer_confirms_a_suspicion_and_the_county_closes(db):
    brought_in(db, luhe(status="Suspected"))
    officer = make_officer(db).actor
    with db.work(officer) as w:
        commands.confirm_event(w, event_of(db).id, "复检报告 R26-11 阳性")
    [block] = blocked(db)
    assert block.sentence.startswith("六合区 5 月 1 日起因白斑综合征暂停凡纳滨对虾苗种调运")
    with db.work(officer) as w:
        commands.deny_event(w, event_of(db).id, "第二次复检阴性")
    assert blocked(db) == ()
    [line] = zones_of(db, event_of(db).id)
    assert line.zone.lift_reason == "疫情已排除"
    brought_in(db, luhe(reportingDate="06/05/2026"))
    assert not event_of(db).is_confirmed


def test_an_officer_opens_and_lifts_a_zone_with_a_reason(db):
    brought_in(db, luhe(localityName="Luhe reservoir"))
    row = event_of(db)
    officer = make_officer(db).actor
    until = date(2026, 6, 1)
    with db.work(officer) as w:
        zone_id = commands.open_zone(
            w, row.id, ["320116", "320111"], date(2026, 5, 9), until, "同一水系", radius_km=5
        )
    assert len(blocked(db, place="320111")) == 1
    with pytest.raises(Invalid), db.work(officer) as w:
        commands.lift_zone(w, zone_id, "")
    with db.work(officer) as w:
        commands.lift_zone(w, zone_id, "连续两次检测阴性")
    assert blocked(db, place="320111") == ()
    with pytest.raises(NotAllowedNow), db.work(officer) as w:
        commands.lift_zone(w, zone_id, "连续两次检测阴性")


def test_a_lifted_automatic_zone_stays_lifted_when_the_file_comes_again(db):
    row, officer = make_zone(db)
    [line] = zones_of(db, row.id)
    with db.work(officer) as w:
        commands.lift_zone(w, line.zone.id, "已扑灭")
    brought_in(db, luhe(reportingDate="06/05/2026"))
    assert blocked(db) == ()


def test_nobody_opens_or_lifts_a_zone_outside_their_place(db):
    row, _officer = make_zone(db)
    stranger = make_officer(db, "320500").actor
    until = date(2026, 6, 1)
    with pytest.raises(NotAllowed), db.work(stranger) as w:
        commands.open_zone(w, row.id, ["320116"], date(2026, 5, 9), until, "同一水系")
    [line] = zones_of(db, row.id)
    with pytest.raises(NotAllowed), db.work(stranger) as w:
        commands.lift_zone(w, line.zone.id, "越权")
    with pytest.raises(NotAllowed), db.work(stranger) as w:
        commands.deny_event(w, row.id, "越权")


def test_an_unconfirmed_or_unmapped_event_carries_no_zone(db):
    brought_in(db, luhe(status="Suspected", localityName="x"), luhe(Id="2", disease="Crab woe"))
    officer = make_officer(db).actor
    for key in ("7001", "2"):
        with pytest.raises(NotAllowedNow), db.work(officer) as w:
            commands.open_zone(
                w, event_of(db, key).id, ["320116"], date(2026, 5, 9), date(2026, 6, 1), "先划上"
            )
    with pytest.raises(NotAllowedNow), db.work(officer) as w:
        commands.confirm_event(w, event_of(db, "2").id, "看着像")


def test_a_zone_blocks_only_what_its_disease_affects_where_and_when_it_stands(db):
    make_zone(db)
    today = date(2026, 5, 9)
    assert [block.zone_id for block in blocked(db, "PNV")] != []
    assert blocked(db, "FCP") == ()
    assert blocked(db, place="320111") == ()
    assert blocked(db, place="999999") == ()
    assert blocked(db, on=date(2026, 4, 30)) == ()
    assert len(blocked(db, on=date(2026, 6, 9))) == 1
    assert blocked(db, on=date(2026, 6, 9) + timedelta(days=1)) == ()
    with db.look(SYSTEM) as look:
        assert queries.blocks(look, species_codes=(), division_codes={"320116"}, on=today) == ()


def test_a_zone_over_a_city_covers_its_counties(db):
    row, officer = make_zone(db)
    with db.work(officer) as w:
        commands.open_zone(w, row.id, ["320100"], date(2026, 5, 9), date(2026, 6, 1), "全市管控")
    [block] = blocked(db, place="320111")
    assert block.sentence.startswith("南京市")
    assert block.division_code == "320111"
    assert len(blocked(db)) == 2


@pytest.mark.parametrize(
    ("place", "province"), [("Yuhuatai District", "Jiangsu"), ("崂山区", "山东省")]
)
def test_a_zone_at_the_origin_or_the_destination_stops_acceptance_until_it_is_lifted(
    db, place, province
):
    paper = make_declaration(db)
    brought_in(db, luhe(localityName=place, admin1=province))
    with pytest.raises(AquaCertError) as refused, db.work(paper.farm.clerk) as w:
        accept_declaration(w, paper.declaration_id)
    said = (refused.value.sentence, *getattr(refused.value, "reasons", ()))
    assert any("起因白斑综合征暂停凡纳滨对虾苗种调运" in one for one in said)
    brought_in(db, luhe(localityName=place, admin1=province, status="Denied"), name="b.csv")
    with db.work(paper.farm.clerk) as w:
        accept_declaration(w, paper.declaration_id)


def test_avian_influenza_in_the_same_county_stops_nothing(db):
    paper = make_declaration(db)
    brought_in(db, luhe(localityName="Yuhuatai District", disease="Influenza - Avian"))
    with db.work(paper.farm.clerk) as w:
        accept_declaration(w, paper.declaration_id)
