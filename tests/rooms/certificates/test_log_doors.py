"""The public doors of the log: what a stranger gets, how long it may be kept, what is refused."""

import base64

import pytest

from aquacert.certificates.log.commands import keep_cosignature, publish
from aquacert.certificates.log.queries import folder_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.trust import merkle
from aquacert.trust.errors import Refused
from aquacert.trust.logentry import check_issue
from aquacert.trust.notes import Kind, Note, NoteKey, NoteSigner
from aquacert.trust.tlog import (
    Checkpoint,
    open_checkpoint,
    reader_over,
    split_bundle,
    split_tile,
    tiles_of,
)
from tests.make.certificates import issue_one
from tests.rooms.certificates.test_log_publishing import fill, payload_of, row_of

NOT_THERE = (
    "tile/0/002",
    "tile/0/002.p/90",
    "tile/0/003.p/1",
    "tile/1/001.p/1",
    "tile/2/000.p/1",
    "tile/entries/002.p/90",
    "tile/0/2",
    "tile/00/000",
    "tile/0/x000/001",
    "tile/0/000.p/256",
    "tile/0/000.p/0",
    "tile/0/../../../keys/log.pem",
    "tile/..%2f..%2fkeys/log.pem",
    "tile/0/..",
    "tile/0/000%00",
    "tile/0/000%0a",
    "tile/" + "9" * 3000,
    "tile/63/" + "x999/" * 5 + "999",
    "tile/18446744073709551616/000",
    "tile/-1/000",
    "tile/0/٠٠٠",
    "nothing",
)
NOT_PUBLISHED = (
    "",
    "?from=1",
    "?from=0&to=5",
    "?from=5&to=4",
    "?from=1&to=602",
    "?from=-1&to=5",
    "?from=1&to=１",
    "?from=01&to=5",
    "?from=1&to=99999999999999999999999999",
    "?from=a&to=b",
)
FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def published(house, db):
    certificate_id = issue_one(house)
    fill(db, certificate_id, 600)
    publish(db, house.keys)
    return certificate_id


def test_a_stranger_rebuilds_the_whole_log_from_its_files(house, published, client):
    key = NoteKey.read(client.get("/trust/log/key").text)
    checkpoint, _ = open_checkpoint(client.get("/trust/log/checkpoint").data, key)
    assert checkpoint.size == 601
    entries, tiles = [], {}
    for path in tiles_of(checkpoint.size):
        answer = client.get(f"/trust/log/{path}")
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert answer.content_type == "application/octet-stream"
        if path.level is None:
            entries += split_bundle(answer.data)
        else:
            tiles[path.level, path.number] = answer.data
            assert len(split_tile(answer.data)) == path.width
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    assert merkle.root_of(hashes) == checkpoint.root
    read = reader_over(lambda level, number, _width: tiles[level, number], checkpoint.size)
    assert merkle.root(read, checkpoint.size) == checkpoint.root
    assert "Set-Cookie" not in answer.headers


def test_narrower_partial_tiles_of_older_checkpoints_stay_to_be_had(published, client):
    whole = client.get("/trust/log/tile/0/002.p/89").data
    for width in (1, 40, 88):
        assert client.get(f"/trust/log/tile/0/002.p/{width}").data == whole[: 32 * width]
    assert len(split_bundle(client.get("/trust/log/tile/entries/001.p/255").data)) == 255


def test_whatever_the_checkpoint_does_not_speak_of_is_not_found(published, client):
    answers = {path: client.get(f"/trust/log/{path}").status_code for path in NOT_THERE}
    assert {path: said for path, said in answers.items() if said != 404} == {}


def test_before_the_first_act_the_doors_say_that_there_is_nothing(client):
    assert client.get("/trust/log").status_code == 200
    assert "日志里还没有记录" in client.get("/trust/log").text
    for path in ("checkpoint", "key", "tile/0/000", "consistency?from=1&to=1"):
        assert client.get(f"/trust/log/{path}").status_code == 404


def test_the_checkpoint_is_kept_for_seconds_and_asked_for_by_its_tag(published, client):
    first = client.get("/trust/log/checkpoint")
    assert first.headers["Cache-Control"] == "public, max-age=5"
    assert first.content_type == "text/plain; charset=utf-8"
    again = client.get("/trust/log/checkpoint", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    tile = client.get("/trust/log/tile/0/000")
    same = client.get("/trust/log/tile/0/000", headers={"If-None-Match": tile.headers["ETag"]})
    assert same.status_code == 304


def test_any_two_sizes_are_proven_consistent_as_json(published, client):
    for first, last in ((1, 601), (1, 1), (256, 512), (300, 599), (601, 601)):
        found = client.get(f"/trust/log/consistency?from={first}&to={last}").json
        proof = [base64.b64decode(step) for step in found["proof"]]
        root1, root2 = (base64.b64decode(found[name]["root"]) for name in ("from", "to"))
        merkle.verify_consistency(first, last, proof, root1, root2)


def test_a_proof_between_sizes_that_were_not_published_is_not_found(published, client):
    for asked in NOT_PUBLISHED:
        assert client.get(f"/trust/log/consistency{asked}").status_code == 404, asked


def test_the_proof_of_a_certificate_is_one_address_beside_its_page(house, db, published, client):
    row = row_of(db, published)
    answer = client.get(f"/c/{row.public_id}.tlog-proof")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    key = house.keys.notes.key()
    assert check_issue(answer.data, row.number, payload_of(db, published), key).index == 0
    assert client.get(f"/c/{row.public_id}").status_code == 200


def test_a_proof_of_no_certificate_is_not_found(published, client):
    for name in ("AAAAAAAA", "x", "..", "%00", "A" * 300):
        assert client.get(f"/c/{name}.tlog-proof").status_code == 404, name


def test_the_page_says_in_plain_words_what_the_log_is(published, client):
    page = client.get("/trust/log").text
    assert "601" in page
    assert "cert.example/trust/log+" in page
    assert "只增不改" in page


def test_a_witness_that_saw_the_checkpoint_is_named_under_it(house, db, published, client):
    witness = NoteSigner.of_seed("second.example/witness", bytes(32), Kind.COSIGNATURE)
    note = Note.read(client.get("/trust/log/checkpoint").data)
    line = str(witness.cosign(note.text, db.clock.now()))
    other = Checkpoint("cert.example/trust/log", 601, b"x" * 32)
    false = str(witness.cosign(str(other), db.clock.now()))
    with db.work(SYSTEM) as w:
        with pytest.raises(Refused):
            keep_cosignature(w, 601, false, witness.key)
        with pytest.raises(NotFound):
            keep_cosignature(w, 5, line, witness.key)
        keep_cosignature(w, 601, line, witness.key)
        keep_cosignature(w, 601, line, witness.key)
    publish(db, house.keys)
    served = client.get("/trust/log/checkpoint").data
    _, read = open_checkpoint(served, house.keys.notes.key(), witness.key)
    assert read.cosigned_at(witness.key) == db.clock.now()
    assert "second.example/witness" in client.get("/trust/log").text
    assert folder_of(house.settings).head() == served
