"""Imports as a person meets them: whose sample it is does not leak, versions beat arrival, worksheets name the wells."""

import io

import pytest
from sqlalchemy import select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from labs.bench.commands import commit_file, import_run, stage_file
from labs.bench.models import BenchRun, InstrumentFile, Result, Worksheet
from labs.bench.queries import results_of, wells_of
from labs.bench.queries.plan import plan_of_file
from labs.instruments.commands import keep_profile, retire_profile
from labs.instruments.queries import profiles_for, reading_of
from labs.instruments.rules import RefusalCode
from labs.instruments.rules.profiles import ProfileRow
from labs.intake.models import AssayOrder, Item
from labs.plates.commands import make_worksheet
from labs.register.models import KitLot, LabScope
from tests.make.accounts import signed_in
from tests.make.labs import make_items, make_lab, rdml_file

ROWS = [
    ProfileRow("column", "sample", 1, "编码"),
    ProfileRow("column", "target", 1, "通道"),
    ProfileRow("column", "cq", 1, "值"),
    ProfileRow("no_cq", "", 1, "NoSignal"),
]


def csv(*lines: str, head: str = "Well,Sample,Target,Task,Ct") -> bytes:
    return "\n".join([head, *lines]).encode()


def staged(db, lab, data, name="r.csv", **more):
    """Stage a file; return its id and what it would do."""
    with db.work(lab.technician.actor) as w:
        file_id = stage_file(w, lab.lab_id, data, name, **more)
    with db.look(lab.technician.actor) as look:
        return file_id, plan_of_file(look, look.get(InstrumentFile, file_id))


def test_an_unknown_sample_and_another_laboratorys_are_refused_with_one_sentence_and_their_lines(
    db,
):
    lab, other = make_lab(db), make_lab(db)
    [code], [foreign] = make_items(db, lab), make_items(db, other)
    _, plan = staged(
        db, lab, csv(f"A1,{code},DIV1,,无", f"A2,{foreign},DIV1,,无", "A3,M7K2-9999,DIV1,,无")
    )
    assert plan.samples == 1
    assert [(r.row, r.code) for r in plan.refusals] == [
        (3, RefusalCode.SAMPLE_UNKNOWN),
        (4, RefusalCode.SAMPLE_UNKNOWN),
    ]
    assert len({r.sentence for r in plan.refusals}) == 1


def test_sample_codes_in_the_target_column_are_said_once(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 3)
    _, plan = staged(db, lab, csv(*(f"A{n},DIV1,{code},,无" for n, code in enumerate(codes, 1))))
    assert (plan.samples, [(r.row, r.code) for r in plan.refusals]) == (
        0,
        [(0, RefusalCode.COLUMNS_SWAPPED)],
    )


def test_a_run_without_controls_is_said_before_it_is_taken(db, app):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    file_id, plan = staged(db, lab, csv(f"A1,{code},DIV1,,无", "A2,S2,DIV1,,ND"))
    assert len(plan.without_controls) == 1
    client = signed_in(app.test_client(), lab.technician)
    page = client.get(f"/labs/bench/files/{file_id}").get_data(as_text=True)
    assert "没有齐全的对照" in page
    sheet = client.get(f"/labs/bench/files/{file_id}/refusals.csv")
    assert sheet.data.startswith(b"\xef\xbb\xbfrow,column,code,reason,value\r\n3,cq,cq_unreadable,")
    assert lab.instrument_id is not None
    used = {"instrument_id": str(lab.instrument_id), "lot_id": str(lab.lot_id)}
    refused = client.post(f"/labs/bench/files/{file_id}/take", data=used)
    assert refused.status_code == 422
    done = client.post(f"/labs/bench/files/{file_id}/take", data=used | {"keep_good": "y"})
    assert done.status_code == 302
    with db.look(lab.technician.actor) as look:
        [run] = look.scalars(select(BenchRun))
        assert (run.instrument_id, run.lot_id) == (lab.instrument_id, lab.lot_id)


@pytest.mark.parametrize("other", ["阴 性", "ND", "<LOD", ""])
def test_a_sample_is_not_decided_by_one_well_when_the_other_was_not_understood(db, other):
    lab = make_lab(db)
    first, second = make_items(db, lab, 2)
    rows = (f"A1,{first},DIV1,,无", f"A2,{first},DIV1,,{other}", f"A3,{second},DIV1,,无")
    file_id, plan = staged(db, lab, csv(*rows))
    assert next((r.row, r.code) for r in plan.refusals) == (2, RefusalCode.REPLICATE_REFUSED)
    with db.work(lab.technician.actor) as w:
        assert commit_file(w, file_id, keep_good=True).results == 1
        assert results_of(w, first) == []


def test_a_run_with_its_controls_is_not_warned_of(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    _, whole = staged(db, lab, rdml_file(db, {code: None}), "r.rdml")
    assert whole.without_controls == ()


def test_an_older_version_of_a_file_after_a_newer_one_is_refused_with_its_reason(db):
    lab = make_lab(db)
    first, second = make_items(db, lab, 2)
    older, newer = rdml_file(db, {first: None}), rdml_file(db, {first: None, second: None})
    newer = _updated(newer, "2026-05-12T12:00:00")
    waiting, _ = staged(db, lab, older, "old.rdml")
    with db.work(lab.technician.actor) as w:
        assert import_run(w, lab.lab_id, newer, "new.rdml").results == 2
    with (
        pytest.raises(NotAllowedNow, match=r"较旧的版本.*new\.rdml"),
        db.work(lab.technician.actor) as w,
    ):
        commit_file(w, waiting, keep_good=True)
    late = _updated(older, "2026-05-09T01:42:01")
    with pytest.raises(NotAllowedNow, match="较旧"), db.work(lab.technician.actor) as w:
        stage_file(w, lab.lab_id, late, "late.rdml")


def _updated(data: bytes, stamp: str) -> bytes:
    """Return the same run's file as it was saved again later."""
    import re
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        [name] = archive.namelist()
        xml = archive.read(name).decode()
    xml = re.sub(r"(<dateUpdated>)[^<]*", rf"\g<1>{stamp}", xml)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, xml)
    return buffer.getvalue()


def test_a_worksheet_names_the_wells_of_a_file_without_sample_names(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 2)
    with db.work(lab.technician.actor) as w:
        orders = w.scalars(select(AssayOrder.id).join(Item).where(Item.blind_code.in_(codes)))
        scope = w.one(select(LabScope).where(LabScope.lab_id == lab.lab_id))
        sheet_id = make_worksheet(w, lab.lab_id, scope.id, orders)
    with db.look(lab.technician.actor) as look:
        from labs.bench.queries.places import places_of

        places = {p.well: p for p in places_of(look, sheet_id)}
    lines = [
        f"{well},,DIV1,,{'24.8' if p.role == 'positive' else '无'}" for well, p in places.items()
    ]
    own = [n for n, p in enumerate(places.values()) if p.label == codes[0]]
    spoilt = [line[:-1] + "ND" if n == own[-1] else line for n, line in enumerate(lines)]
    _, plan = staged(db, lab, csv(*spoilt), worksheet_id=sheet_id)
    assert plan.samples == 1
    assert len(plan.refusals) == len(own)
    file_id, plan = staged(db, lab, csv(*lines), worksheet_id=sheet_id)
    assert (plan.samples, plan.refusals) == (2, ())
    with db.work(lab.technician.actor) as w:
        done = commit_file(w, file_id, instrument_id=lab.instrument_id, lot_id=lab.lot_id)
        run = w.get(BenchRun, done.run_ids[0])
        assert (run.worksheet_id, w.get(Worksheet, sheet_id).state) == (sheet_id, "done")
        assert {well.sample for well in wells_of(w, run.id)} >= set(codes)
    [well] = [w for w, p in places.items() if p.label == codes[0]][:1]
    wrong = csv(f"{well},{codes[1]},DIV1,,无", "H9,,DIV1,,无")
    _, plan = staged(db, lab, wrong, worksheet_id=sheet_id)
    assert [r.code for r in plan.refusals] == [
        RefusalCode.NOT_AS_PLANNED,
        RefusalCode.WELL_NOT_ON_SHEET,
    ]


def test_an_import_says_what_it_was_done_with_and_its_progress(db):
    lab = make_lab(db)
    codes = make_items(db, lab, 2)
    file_id, _ = staged(db, lab, rdml_file(db, dict.fromkeys(codes)), "r.rdml")
    told = []
    with db.work(lab.technician.actor) as w:
        done = commit_file(
            w,
            file_id,
            instrument_id=lab.instrument_id,
            lot_id=lab.lot_id,
            progress=lambda now, of: told.append((now, of)),
        )
        run = w.get(BenchRun, done.run_ids[0])
        assert (run.instrument_id, run.lot_id) == (lab.instrument_id, lab.lot_id)
        assert run.instrument
        assert run.reagent_lot == w.get(KitLot, lab.lot_id).lot
        assert run.reagent_until_on == w.get(KitLot, lab.lot_id).expires_on
        assert [r.outcome for code in codes for r in results_of(w, code)] == ["negative"] * 2
    assert told == [(6, 6)]


def test_what_is_judged_is_what_is_stored_to_the_thousandth(db):
    lab = make_lab(db)
    [code] = make_items(db, lab)
    data = csv(
        f"A1,{code},DIV1,,35.0004",
        f"A2,{code},DIV1,,34.9996",
        "A3,NTC,DIV1,NTC,无",
        "A4,PC,DIV1,PC,24",
    )
    with db.work(lab.technician.actor) as w:
        import_run(w, lab.lab_id, data, "r.csv")
    with db.look(lab.technician.actor) as look:
        [row] = look.scalars(select(Result))
        assert row.outcome == "positive"
        assert {w.cq_milli for w in wells_of(look, row.run_id) if w.result_id} == {35000}


def test_a_profile_is_kept_by_versions_and_a_file_stays_read_by_its_own(db):
    lab, other = make_lab(db), make_lab(db)
    codes = make_items(db, lab, 2)
    with db.work(lab.technician.actor) as w:
        with pytest.raises(Invalid, match="系统提供"):
            keep_profile(w, lab.lab_id, code="plain", title="", rows=ROWS)
        with pytest.raises(Invalid, match="像数值"):
            keep_profile(
                w, lab.lab_id, code="own", title="", rows=[*ROWS, ProfileRow("no_cq", "", 1, "0")]
            )
        first = keep_profile(w, lab.lab_id, code="own", title="自用", rows=ROWS)
        assert keep_profile(w, lab.lab_id, code="own", title="自用", rows=ROWS) == first
    lines = [f"{code},DIV1,NoSignal" for code in codes]
    file_id, plan = staged(db, lab, csv(*lines, head="编码,通道,值"))
    assert (plan.run.profile, plan.samples) == ("own v1", 2)
    with db.work(lab.technician.actor) as w:
        keep_profile(w, lab.lab_id, code="own", title="自用", rows=ROWS[:3])
    with db.look(lab.technician.actor) as look:
        assert [p.label for p in profiles_for(look, lab.lab_id)] == ["own v2"]
        assert reading_of(look, file_id).profile == "own v1"
        assert plan_of_file(look, look.get(InstrumentFile, file_id)).samples == 2
        assert profiles_for(look, other.lab_id) == ()
    with db.work(lab.technician.actor) as w:
        retire_profile(w, lab.lab_id, "own")
    with pytest.raises(Invalid, match="找不到表头"):
        staged(db, lab, csv("x,DIV1,NoSignal", head="编码,通道,值"))


def test_a_profile_is_tried_on_a_file_before_it_is_saved(db, app):
    lab = make_lab(db)
    client = signed_in(app.test_client(), lab.technician)
    assert "随系统提供的方案" in client.get("/labs/profiles/").get_data(as_text=True)
    assert "UNKNOWN=unknown" in client.get("/labs/profiles/new?of=quantstudio").get_data(
        as_text=True
    )
    form = {"code": "own", "sample": "编码", "target": "通道", "cq": "值", "no_cq": "NoSignal，无"}
    form |= {"decimals": "auto", "wells": "any"}
    data = csv("S1,DIV1,NoSignal", "S2,DIV1,阴 性", head="编码,通道,值")

    def sent(**more):
        fields = form | more | {"file": (io.BytesIO(data), "t.csv")}
        return client.post("/labs/profiles/new", data=fields, content_type="multipart/form-data")

    tried = sent(attempt="1")
    assert tried.status_code == 200
    assert "试读的结果" in tried.get_data(as_text=True)
    assert "阴 性" in tried.get_data(as_text=True)
    assert sent(no_cq="<35").status_code == 422
    with db.look(lab.technician.actor) as look:
        assert profiles_for(look, lab.lab_id) == ()
    assert sent().status_code == 302
    with db.look(lab.technician.actor) as look:
        assert [p.label for p in profiles_for(look, lab.lab_id)] == ["own v1"]


def test_nobody_without_the_right_touches_profiles(db, app):
    lab = make_lab(db)
    client = signed_in(app.test_client(), lab.receiver)
    assert client.get("/labs/profiles/new").status_code == 403
