"""The feed core: stretches, kills, two at once, whole snapshots, rows set aside and replayed."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from aquacert.app import runner_of
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import AquaCertError, Invalid, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.feeds import (
    ImportAsked,
    drop,
    import_feed,
    import_in,
    importing,
    keeping,
    receive_feed,
    replay,
    reproject,
    start_import,
    starting,
)
from aquacert.surveillance.models import (
    Event,
    EventChange,
    EventReport,
    FeedFile,
    FeedRawRow,
    FeedRecord,
    FeedRecordChange,
    FeedRecordReport,
    FeedSetAside,
)
from aquacert.surveillance.parsers import spool as spools
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.queries import reading
from aquacert.surveillance.queries.feeds import (
    events_of_written,
    feed_healths,
    progress,
    raw_of,
    set_aside,
)
from tests.make.accounts import token
from tests.make.feeds import LINES, lines, said
from tests.make.surveillance import blocked, event_of, feed, luhe, make_officer, zones_of

ASK = ImportAsked("", "lines", "a.jsonl")
PLACE = {"admin1": "Jiangsu", "locality": "Luhe District", "status": "Confirmed"}


@pytest.fixture(autouse=True)
def _with_our_format(monkeypatch):
    monkeypatch.setitem(FORMATS, "lines", LINES)


@pytest.fixture
def by_twos(monkeypatch):
    """Let stretches hold two reports and spools lie on disk."""
    monkeypatch.setattr(importing, "PART", 2)
    monkeypatch.setattr(importing, "ONE_WORK", 2)
    monkeypatch.setattr(starting, "ONE_WORK", 2)
    monkeypatch.setattr(reading, "PART", 2)
    monkeypatch.setattr(spools, "MOST_IN_MEMORY", 2)
    monkeypatch.setattr(spools, "FLUSH", 2)


def counted(db, model, *where):
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(model).where(*where))


def counts(found):
    return {name: number for name, number in found.as_dict().items() if number}


def taken(db, *reports, actor=SYSTEM, **how):
    with db.work(actor) as w:
        return import_in(w, lines(*reports), ImportAsked("", "lines", "a.jsonl", **how))


def state_of(look):
    """Everything that a feed leaves, as plain values."""
    subjects = {
        (row.source, getattr(row, "kind", ""), row.source_key): (
            *(row.content, row.content_hash, row.disease_code, row.division_code, row.place),
            *(row.reported_on, row.words, row.missing_since_at is None),
        )
        for model in (Event, FeedRecord)
        for row in look.scalars(select(model))
    }
    said_of = [
        look.session.scalar(select(func.count()).select_from(model))
        for model in (EventReport, FeedRecordReport)
    ]
    return subjects, said_of


def whole_state(db):
    with db.look(SYSTEM) as look:
        files = [
            {name: getattr(row, name) for name in FeedFile.__table__.columns.keys()}  # noqa: SIM118
            | {"id": None}
            for row in look.scalars(select(FeedFile).order_by(FeedFile.sha256))
        ]
        asides = look.session.execute(
            select(FeedSetAside.line, FeedSetAside.code, FeedSetAside.state).order_by(
                FeedSetAside.line
            )
        ).all()
        raws = look.session.execute(
            select(FeedRawRow.line, FeedRawRow.raw).order_by(FeedRawRow.line)
        ).all()
        return state_of(look), files, asides, raws


MANY = [
    said("3", cases=1, **PLACE),
    said("1", reported_on="2026-05-02", cases="many"),
    said("1", reported_on="2026-05-03", cases=4, **PLACE),
    said("f", "figure", period="2026-04", element="cases", value=3),
    said("1", reported_on="2026-05-01", cases=2),
    said("s", "sample", disease="白斑综合征", result="negative", sampled_on="2026-05-01"),
    said("2", reported_on="2027-01-01"),
    said("4", disease="Crab woe"),
    said("3", cases=1, **PLACE),
]


class Killed(Exception):
    pass


def test_killed_at_any_stretch_and_run_again_it_ends_as_if_never_killed(
    house, db, tmp_path, by_twos, monkeypatch
):
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*MANY))
    real, at = importing.plan_part, count()
    for dies_at in (0, 1, 1, 1):

        def plan_or_die(*given, turn=at, last=dies_at, **named):
            if next(turn) == last:
                raise Killed
            return real(*given, **named)

        at = count()
        monkeypatch.setattr(importing, "plan_part", plan_or_die)
        plan_or_die.__kwdefaults__["turn"] = at
        with pytest.raises(Killed):
            import_feed(db, SYSTEM, path, ASK)
    monkeypatch.setattr(importing, "plan_part", real)
    found = import_feed(db, SYSTEM, path, ASK)
    assert counts(found) == {"created": 5, "unchanged": 1, "stale": 1, "quarantined": 2}
    killed = whole_state(db)
    assert (killed[1][0]["done"], killed[1][0]["state"]) == (9, "imported")
    assert [one[0] for one in killed[3]] == list(range(1, 10))
    assert killed[2] == [(2, "number", "waiting"), (7, "future", "waiting")]
    with db.work(SYSTEM) as w:  # the same at one go, as another feed
        once = import_in(w, lines(*MANY), ImportAsked("other", "lines", "a.jsonl"))
    assert once == found
    assert len(zones_of(db, event_of(db, "3").id)) == 0
    assert counted(db, FeedRawRow) == 18
    assert counts(import_feed(db, SYSTEM, path, ASK)) == {
        "unchanged": 6,
        "stale": 1,
        "quarantined": 2,
    }


def test_two_imports_of_one_file_at_once_have_one_effect(db, tmp_path, by_twos):
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(*MANY))
    errors: list[Exception] = []

    def run():
        try:
            import_feed(db, SYSTEM, path, ASK)
        except AquaCertError as error:  # a database that had too much to do says so in a sentence
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert errors == []
    assert counted(db, FeedFile) == 1
    assert counted(db, Event) == 3
    assert counted(db, EventReport) == 4
    assert counted(db, FeedRecord) == counted(db, FeedRecordReport) == 2
    with db.look(SYSTEM) as look:
        row = look.one(select(FeedFile))
        assert (row.created, row.quarantined, row.done) == (5, 2, 9)


reports = st.lists(
    st.builds(
        lambda key, kind, version, values: said(key, kind, version, **values),
        st.sampled_from(["1", "2"]),
        st.sampled_from(["event", "figure", "sample"]),
        st.none() | st.integers(1, 2),
        st.fixed_dictionaries(
            {},
            optional={
                "reported_on": st.sampled_from(["2026-05-01", "2026-05-02", None]),
                "status": st.sampled_from(["Confirmed", "Denied", None]),
                "is_wild": st.sampled_from([True, False, 1]),
                "species:shrimp": st.sampled_from([{"cases": 1}, {"cases": True}, None]),
                "result": st.sampled_from(["positive", "negative"]),
                "admin1": st.just("Jiangsu"),
                "locality": st.sampled_from(["Luhe District", "nowhere"]),
            },
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(reports, st.randoms(use_true_random=False))
def test_any_order_and_grouping_of_the_same_reports_ends_in_one_state(db, found, chance):
    """Events, figures and samples alike; each way is walked in a transaction then given up."""

    def walked(files):
        end = None
        try:
            with db.work(SYSTEM) as w:
                for number, some in enumerate(files):
                    import_in(w, lines(*some), ImportAsked("", "lines", f"{number}.jsonl"))
                w.session.flush()
                end = state_of(w)
                raise Killed  # noqa: TRY301
        except Killed:
            return end

    other = list(found)
    chance.shuffle(other)
    middle = len(other) // 2
    assert (
        walked([found]) == walked([[one] for one in other]) == walked([other[:middle] or found,
                                                                       other, found[:2]])
    )  # fmt: skip


def test_the_same_bytes_again_are_known_and_another_file_between_is_noticed(db):
    first = taken(db, said("1", cases=1), said("1", cases=2))
    assert counts(first) == {"created": 1, "stale": 1}
    entries = counted(db, AuditEntry)
    assert counts(taken(db, said("1", cases=1), said("1", cases=2))) == {
        "unchanged": 1,
        "stale": 1,
    }
    assert counted(db, AuditEntry) == entries
    taken(db, said("1", reported_on="2026-05-01", cases=0))
    again = taken(db, said("1", cases=1), said("1", cases=2))
    assert counts(again) == {"stale": 2}


def test_only_a_whole_file_marks_what_it_lacks_and_a_version_comes_back(db):
    figures = [said(one, "figure", period="2026-04", value=1) for one in ("a", "b")]
    taken(db, *figures, said("c", "figure", period="2026-03", value=1))
    assert counts(taken(db, figures[0], said("d", "figure", period="2026-04"))) == {
        "created": 1,
        "unchanged": 1,
    }
    whole = [said("a", "figure", period="2026-04", value=1, whole="x")]
    dry = taken(db, *whole, dry_run=True)
    assert counts(dry) == counts(taken(db, *whole)) == {"updated": 1, "vanished": 2}
    gone = FeedRecord.missing_since_at.is_not(None)
    assert (counted(db, FeedRecord, gone), counted(db, FeedRecord)) == (2, 4)
    assert counted(db, FeedRecordChange) == 1
    taken(db, figures[1])
    assert counted(db, FeedRecord, gone) == 1


def test_a_whole_file_says_nothing_of_what_it_cannot_read_or_what_came_after_it(db):
    days = {"1": "2026-05-03", "2": "2026-05-02", "3": "2026-05-01", "4": "2026-05-04"}
    taken(db, *(said(key, reported_on=day) for key, day in days.items()))
    some = [said(one, reported_on=days[one], whole="x") for one in "14"]
    bad = said("2", cases="many")
    dry = taken(db, *some, bad, said("3", reported_on=days["3"]), dry_run=True, is_whole=True)
    assert counts(dry) == {"updated": 2, "unchanged": 1, "quarantined": 1}
    found = taken(db, *some, bad, said("5", reported_on="2026-05-01"), is_whole=True)
    assert counts(found) == {"created": 1, "updated": 2, "quarantined": 1, "vanished": 1}
    older = [said(one, reported_on=days[one]) for one in "32"]
    assert counts(taken(db, older[1], said("1", reported_on="2026-05-01"), is_whole=True)) == {
        "unchanged": 1,
        "stale": 1,
    }  # an older snapshot that lacks 5 says nothing of it
    assert counts(taken(db, older[0])) == {"unchanged": 1}


def test_rows_set_aside_are_mended_replayed_or_dropped_one_by_one(db):
    table = feed([luhe(sumCases="many"), luhe(Id="2", sumDeaths="x"), luhe(Id="3", sumCases="?")])
    with db.work(SYSTEM) as w:
        found = import_in(w, table.encode("gb18030"), ImportAsked("", "empresi", "t.csv"))
    assert counts(found) == {"quarantined": 3}
    with db.look(SYSTEM) as look:
        file = look.one(select(FeedFile))
        one, two, three = look.scalars(set_aside(look, file.id))
        raws = raw_of(look, file.id, [2, 3])
    assert (one.code, one.column_name, one.value, one.line) == ("number", "sumCases", "many", 2)
    assert file.header[:2] == ["Id", "source"]
    assert counts_of_health(db) == ("empresi", 1, 3, 0)
    with db.work(SYSTEM) as w:
        mended = {one.id: raws[2].replace("many", "12"), two.id: raws[3].replace('"x"', '"y"')}
        assert counts(replay(w, file.id, [one.id, two.id], mended)) == {
            "created": 1,
            "quarantined": 1,
        }
    assert event_of(db).cases == 12
    assert len(blocked(db)) == 1
    with db.look(SYSTEM) as look:
        asked = select(AuditEntry).where(AuditEntry.tag == "surveillance:feed:replay")
        assert look.one(asked).change["mended"] == [2, 3]
    with pytest.raises(Invalid), db.work(SYSTEM) as w:
        drop(w, [three.id], "")
    with db.work(SYSTEM) as w:
        assert drop(w, [three.id, one.id], "来源也不知道") == 1
    with db.look(SYSTEM) as look:
        rows = list(look.scalars(set_aside(look, file.id)))
    assert [row.state for row in rows] == ["replayed", "waiting", "dropped"]
    assert (rows[1].code, rows[1].value, rows[0].mended) == ("number", "y", mended[one.id])
    with db.work(SYSTEM) as w:
        assert counts(replay(w, file.id, [one.id, three.id])) == {}
        assert counts(import_in(w, table.encode("gb18030"), ImportAsked("", "empresi"))) == {
            "quarantined": 3
        }
    records = lines(said("9", cases="many"), said("9", reported_on="2026-05-01"))
    with db.work(SYSTEM) as w:
        import_in(w, records, ASK)
    with db.look(SYSTEM) as look:
        file = look.one(select(FeedFile).where(FeedFile.source == "lines"))
        [row] = look.scalars(set_aside(look, file.id))
    with db.work(SYSTEM) as w:
        record = lines(said("9", reported_on="2026-05-02", cases=5)).decode()
        assert counts(replay(w, file.id, mended={row.id: record}, ids=[])) == {"updated": 1}
    assert event_of(db, "9").cases == 5


def counts_of_health(db):
    with db.look(SYSTEM) as look:
        [one] = feed_healths(look)
    return one.source, one.files, one.waiting, one.open_files


def test_a_row_that_would_free_another_place_waits_for_its_officer(db):
    taken(db, said("1", **PLACE, reported_on="2026-05-01"))
    elsewhere, here = make_officer(db, "321302").actor, make_officer(db).actor
    news = [said("1", status="Denied", reported_on="2026-05-02"), said("2", status="Confirmed")]
    assert counts(taken(db, *news, actor=elsewhere)) == {"created": 1, "quarantined": 1}
    assert len(blocked(db)) == 1
    with db.look(SYSTEM) as look:
        row = look.one(select(FeedSetAside))
        assert (row.code, row.value) == ("held", "1")
    with db.work(elsewhere) as w:
        assert counts(replay(w, row.file_id)) == {"quarantined": 1}
    with db.work(here) as w:
        assert counts(replay(w, row.file_id)) == {"updated": 1}
    assert blocked(db) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"\xff\xfe\xff",
        feed([luhe()])[:60].encode(),
        feed([luhe()]).replace("reportingDate", "when").encode(),
        b"PK\x03\x04" + bytes(60),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_and_leaves_nothing(
    db, tmp_path, data
):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(Invalid) as refused:
        found = import_feed(db, SYSTEM, path, ImportAsked("", "empresi", "x.csv"))
        raise Invalid("only a row", file=str(found)) if found.quarantined else AssertionError
    assert refused.value.fields["file"]
    assert counted(db, Event) == 0


def test_re_ordered_and_re_encoded_files_change_nothing(db):
    rows = [luhe(localityName="六合区", admin1="江苏省"), luhe(Id="2", reportingDate="02/05/2026")]
    with db.work(SYSTEM) as w:
        import_in(w, feed(rows).encode(), ImportAsked("", "empresi"))
        other = feed(rows[::-1] * 10, delimiter=";").encode("gb18030")
        assert counts(import_in(w, other, ImportAsked("", "empresi"))) == {"unchanged": 20}


def test_a_large_file_of_a_program_is_imported_by_the_worker(
    house, db, client, by_twos, monkeypatch
):
    monkeypatch.setattr(keeping, "MOST_AT_ONCE", 10)
    monkeypatch.setattr(starting, "MOST_AT_ONCE", 10)
    monkeypatch.setattr("aquacert.surveillance.api.files.MOST_AT_ONCE", 10)
    officer = make_officer(db)
    head = {"Authorization": f"Bearer {token(db, officer)}"}
    here = "/api/v1/surveillance"
    sent = client.post(f"{here}/import?format=lines", data=lines(*MANY), headers=head)
    assert sent.status_code == 202
    where = f"{here}/files/{sent.json['file']}"
    assert client.get(where, headers=head).json["state"] == "received"
    again = client.post(f"{here}/import?format=lines", data=lines(*MANY), headers=head)
    assert again.json == sent.json
    runner_of(house).run_all()
    done = client.get(where, headers=head).json
    assert (done["state"], done["done"], done["created"], done["fault"]) == ("imported", 9, 5, "")
    [number, future] = client.get(f"{where}/set-aside", headers=head).json["items"]
    assert (number["line"], number["column"], future["code"]) == (2, "cases", "future")
    asked = {"ids": [number["id"]], "mended": {}}
    assert client.post(f"{where}/replay", json=asked, headers=head).json["quarantined"] == 1
    assert client.post(f"{where}/replay", json={"ids": ["x"]}, headers=head).status_code == 422
    assert client.get(f"{here}/files", headers=head).json["items"][0]["feed"] == "lines"
    wrong = client.post(f"{here}/import?format=morse", data=b"x", headers=head)
    assert wrong.status_code == 422
    assert counted(db, Event) == 3
    with pytest.raises(NotAllowedNow), db.work(SYSTEM) as w:
        start_import(w, look_id(db))


def look_id(db):
    with db.look(SYSTEM) as look:
        return look.one(select(FeedFile.id))


def test_a_received_file_waits_until_it_is_started(db):
    with db.work(SYSTEM) as w:
        file_id = receive_feed(w, lines(*MANY), ASK)
        assert receive_feed(w, lines(*MANY), ASK) == file_id
    assert counted(db, Event) == 0
    with db.look(SYSTEM) as look:
        far = progress(look, file_id)
    assert (far.total, far.done, far.is_running) == (9, 0, False)
    with pytest.raises(NotAllowedNow), db.work(SYSTEM) as w:
        replay(w, file_id)
    with db.work(SYSTEM) as w:
        assert counts(start_import(w, file_id)) == {
            "created": 5,
            "unchanged": 1,
            "stale": 1,
            "quarantined": 2,
        }
    assert counted(db, FeedSetAside) == 2


def test_events_learn_what_their_disease_means_later(db, monkeypatch):
    from aquacert.surveillance.parsers.crosswalk import Mapped
    from aquacert.surveillance.queries.crosswalk import Crosswalk
    from aquacert.surveillance.rules.events import Realm

    taken(db, said("1", disease="Crab woe", **PLACE, reported_on="2026-05-01"))
    assert blocked(db) == ()
    known = Mapped(Realm.AQUATIC, "WSD")
    monkeypatch.setattr(Crosswalk, "meaning", lambda *_given, **_named: known)
    with db.work(SYSTEM) as w:
        ids = events_of_written(w, "", " crab  WOE")
        assert reproject(w, ids) == 1
        assert reproject(w, ids) == 0
    assert len(blocked(db)) == 1
    assert counted(db, EventChange) == 0


def test_a_file_imported_by_an_older_house_comes_again_and_changes_nothing(db):
    """Its feed has no turn yet, and its row remembers none."""
    data, ask = feed([luhe()]).encode(), ImportAsked("", "empresi", "old.csv")
    with db.work(SYSTEM) as w:
        import_in(w, data, ask)
    with db.engine.begin() as line:
        line.exec_driver_sql("DELETE FROM feed_turns")
    with db.work(SYSTEM) as w:
        again = import_in(w, data, replace(ask, name="again.csv"))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
