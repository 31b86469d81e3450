"""The app's doors: who may, in which language they refuse, files in pieces."""

from __future__ import annotations

import hashlib
import io
import resource
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from aquacert.accounts.commands import end_session
from aquacert.http.sentences import HAN
from aquacert.inspections.commands.sync import take_bytes, tidy_uploads
from aquacert.inspections.models import DeviceRecord, Upload
from aquacert.inspections.queries.sync import bytes_of, path_of_upload
from aquacert.inspections.rules.day import texts_of
from aquacert.inspections.rules.uploads import DONE_KEPT, OPEN_KEPT
from aquacert.kernel.errors import NoRoom
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person, signed_in, token
from tests.make.declarations import make_declaration
from tests.make.sync import Device, outcomes

APP = {"X-Field": "1"}
MIB = 1 << 20


@pytest.fixture
def paper(db):
    return make_declaration(db, state="assigned")


@pytest.fixture
def vet(client, paper):
    return signed_in(client, paper.vet)


def announce(browser, data, media_type="video/mp4", where="/field/files", **other):
    said = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    said["media_type"] = media_type
    return browser.post(where, json=said | other, headers=APP)


def piece(browser, key, offset, data, headers=APP):
    named = headers | {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
    return browser.patch(f"/field/files/{key}", data=data, headers=named)


def test_the_day_comes_with_its_mark_and_once(db, vet, paper):
    first = vet.get("/field/day.json", headers=APP)
    assert first.json["visits"][0]["number"] == paper.number
    assert first.headers["Cache-Control"] == "no-store"
    english = first.json["english"]
    assert english["今天死了多少"] == "Deaths today", (
        "the app changes its language without a network"
    )
    assert [one for one in texts_of(first.json) if HAN.search(english.get(one, one))] == []
    same = vet.get("/field/day.json", headers=APP | {"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304
    assert same.headers["X-Server-Time"] == first.json["server_time"], (
        "the device's today goes by it"
    )
    other = vet.get("/field/day.json", headers=APP | {"X-Field-Person": str(uuid4())})
    assert (other.status_code, other.json["code"]) == (403, "other_person")


def test_an_ended_session_is_told_where_to_sign_in_and_the_queue_goes_in_afterwards(
    app, db, client, vet, paper
):
    device = Device(db, paper.vet.actor)
    sent = device.request(*device.visit(paper))
    with db.work(paper.vet.actor) as w:
        end_session(w, paper.vet.actor.session_id)
    for answer in (
        vet.post("/field/sync", json=sent, headers=APP),
        vet.get("/field/day.json"),
        announce(vet, b"abc"),
    ):
        assert answer.status_code == 401
        assert answer.json["sign_in"] == "/accounts/sign-in?next=/field/"
    colleague = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    other = signed_in(app.test_client(), colleague).post("/field/sync", json=sent, headers=APP)
    assert (other.status_code, other.json["code"]) == (403, "other_person")
    with db.look(SYSTEM) as look:
        assert look.session.scalar(select(func.count()).select_from(DeviceRecord)) == 0
    program = app.test_client()
    key = {"Authorization": f"Bearer {token(db, paper.vet)}"}
    answer = program.post("/api/v1/sync", json=sent, headers=key)
    assert set(outcomes(answer.json["results"])) == {"accepted"}
    assert program.get("/api/v1/sync/day", headers=key).json["visits"][0]["state"] == "inspected"


def test_another_sites_page_cannot_send_records(app, db, vet, paper):
    app.config["WTF_CSRF_ENABLED"] = True
    sent = Device(db, paper.vet.actor).request()
    assert vet.post("/field/sync", json=sent).status_code == 403
    foreign = APP | {"Sec-Fetch-Site": "cross-site"}
    assert vet.post("/field/sync", json=sent, headers=foreign).status_code == 403
    own = APP | {"Sec-Fetch-Site": "same-origin"}
    assert vet.post("/field/sync", json=sent, headers=own).status_code == 200


def test_a_request_that_cannot_be_read_is_a_clear_error(vet):
    unreadable = (b"", b"[]", b"{", b'{"records": 1}', b'{"device": "x", "records": []}')
    for body in (*unreadable, b"[" * 9999):
        answer = vet.post(
            "/field/sync", data=body, headers=APP | {"Content-Type": "application/json"}
        )
        assert answer.status_code == 422
        assert answer.json["title"]


def test_too_much_at_once_is_refused_and_a_stray_sign_refuses_one_record(db, vet, paper):
    device = Device(db, paper.vet.actor)
    [batch] = paper.batch_ids
    huge = device.request(*[device.record("arrived", note="长" * 4000) for _ in range(199)])
    assert vet.post("/field/sync", json=huge, headers=APP).status_code == 422
    bad = device.record("verdict", 1, batch_id=batch, outcome="fail", note="a\x00b")
    good = device.record("arrived", None, declaration_id=paper.declaration_id)
    answer = vet.post("/field/sync", json=device.request(bad, good), headers=APP)
    assert outcomes(answer.json["results"]) == ["refused", "accepted"]


def test_a_file_comes_in_pieces_and_is_found_again(db, vet, paper):
    """F8: what came before a cut is kept; a wrong place is told the true one."""
    data = bytes(range(256)) * 4096
    begun = announce(vet, data).json
    assert (begun["offset"], begun["done"]) == (0, False)
    key = begun["id"]
    assert piece(vet, key, 0, data[:300_000]).headers["Upload-Offset"] == "300000"
    wrong = piece(vet, key, 0, data[:10])
    assert (wrong.status_code, wrong.json["offset"]) == (409, 300_000)
    assert announce(vet, data).json == {"id": key, "offset": 300_000, "done": False}
    head = vet.head(f"/field/files/{key}")
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("300000", "1048576")
    done = piece(vet, key, 300_000, data[300_000:])
    assert (done.status_code, done.headers["Upload-Done"]) == (204, "1")
    assert announce(vet, data).json["done"]
    assert piece(vet, key, len(data), b"").status_code == 204
    with db.look(paper.vet.actor) as look:
        assert bytes_of(look, hashlib.sha256(data).hexdigest()) == data
    assert announce(vet, data, size=5).status_code == 409
    assert announce(vet, b"x", media_type="text/html").status_code == 422
    assert vet.patch(f"/field/files/{key}", data=b"x", headers=APP).status_code == 422


def test_an_upload_is_its_persons_alone(app, db, vet, paper):
    key = announce(vet, b"abc" * 100).json["id"]
    colleague = make_person(db, "official_vet", organisation_id=paper.farm.office_id)
    other = signed_in(app.test_client(), colleague)
    assert piece(other, key, 0, b"abc").status_code == 404
    assert other.head(f"/field/files/{key}").status_code == 404
    assert announce(other, b"abc" * 100).json["id"] != key
    clerk = signed_in(app.test_client(), make_person(db, "office_clerk"))
    assert announce(clerk, b"abc").status_code == 403


def test_other_bytes_than_were_announced_are_thrown_away(db, vet, paper):
    data = b"announced" * 1000
    key = announce(vet, data).json["id"]
    answer = piece(vet, key, 0, b"something" * 1000)
    assert (answer.status_code, answer.json["code"]) == (422, "hash-mismatch")
    assert vet.head(f"/field/files/{key}").status_code == 404
    again = announce(vet, data).json
    assert again["offset"] == 0
    assert piece(vet, again["id"], 0, data).status_code == 204


class Cut(io.BytesIO):
    """A body whose connection breaks when its bytes have come."""

    def read(self, size=-1, /):
        """Give what there is, then break."""
        found = super().read(size)
        if not found:
            raise ConnectionResetError
        return found


def test_a_cut_keeps_what_had_come_and_the_disk_may_know_less_than_the_row(db, vet, paper):
    data = b"0123456789" * 10_000
    key = announce(vet, data).json["id"]
    actor = paper.vet.actor
    assert take_bytes(db, actor, UUID(key), 0, Cut(data[:50_000])) == (50_000, False)
    assert vet.head(f"/field/files/{key}").headers["Upload-Offset"] == "50000"
    with db.look(SYSTEM) as look:
        path = path_of_upload(look, UUID(key))
    with path.open("r+b") as file:
        file.truncate(20_000)
    assert vet.head(f"/field/files/{key}").headers["Upload-Offset"] == "20000"
    assert piece(vet, key, 20_000, data[20_000:]).headers["Upload-Done"] == "1"
    path.unlink()
    assert announce(vet, data).json["offset"] == 0


@contextmanager
def small_disk(most):
    """No file of this process can grow beyond `most` bytes: what a full disk does to it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_says_so_loses_nothing_and_goes_on_without_a_restart(db, vet, paper):
    """F4 for uploads: 507 and a sentence; the same process takes the rest once there is room."""
    data = b"\x5a" * (24 * MIB)
    key = announce(vet, data).json["id"]
    assert piece(vet, key, 0, data[: 8 * MIB]).status_code == 204
    with small_disk(16 * MIB):
        answer = piece(vet, key, 8 * MIB, data[8 * MIB :])
        assert (answer.status_code, answer.json["code"]) == (507, "no-room")
        assert "磁盘满了" in answer.json["title"]
    reached = int(vet.head(f"/field/files/{key}").headers["Upload-Offset"])
    assert 8 * MIB <= reached <= 16 * MIB
    assert piece(vet, key, reached, data[reached:]).headers["Upload-Done"] == "1"


def test_a_full_disk_under_the_database_is_a_full_disk_too(db, vet, paper, monkeypatch):
    key = announce(vet, b"abc" * 10).json["id"]

    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aquacert.inspections.commands.sync.uploads.os.fsync", full)
    assert piece(vet, key, 0, b"abc" * 10).status_code == 507
    monkeypatch.undo()
    assert vet.head(f"/field/files/{key}").headers["Upload-Offset"] == "0"
    assert NoRoom.status == 507


def test_what_nobody_finished_is_tidied_in_time(db, vet, paper):
    half, whole = announce(vet, b"half" * 9).json["id"], announce(vet, b"whole").json["id"]
    piece(vet, half, 0, b"half")
    piece(vet, whole, 0, b"whole")
    db.clock.forward(seconds=DONE_KEPT.total_seconds() + 1)
    assert tidy_uploads(db) == 1
    db.clock.forward(seconds=(OPEN_KEPT - DONE_KEPT + timedelta(hours=2)).total_seconds())
    assert tidy_uploads(db) == 1
    with db.look(SYSTEM) as look:
        assert look.scalars(select(Upload)) == []
        folder = look.settings.data_dir / "uploads"
    assert tidy_uploads(db) == 0
    assert list(folder.iterdir()) == []


def test_officials_read_on_the_visits_page_what_was_not_used(app, db, paper):
    device = Device(db, paper.vet.actor)
    [batch] = paper.batch_ids
    db.clock.forward(minutes=1)
    early = device.record("verdict", 1, batch_id=batch, outcome="fail", note="甲壳有白斑")
    db.clock.forward(minutes=20)
    [result] = device.send(early)
    assert result["reason"] == "这一批还没有开始查验。"
    clerk = make_person(db, "office_clerk", organisation_id=paper.farm.office_id)
    page = signed_in(app.test_client(), clerk).get(f"/inspections/{paper.declaration_id}").text
    for words in ("没有采用的现场记录", "检疫结论", "这一批还没有开始查验", "甲壳有白斑", "09:43"):
        assert words in page
