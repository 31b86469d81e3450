"""A stranger's monitor: a log read from its files or over HTTP alone, and a witness's signature."""

import functools
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from aquacert.certificates.log.cli import log_commands
from aquacert.certificates.log.commands import publish
from aquacert.certificates.log.parsers import continues, folder_source, read_log, web_source
from aquacert.certificates.log.queries import folder_of
from aquacert.cli import Plain
from aquacert.kernel.errors import Invalid, Unavailable
from aquacert.trust.errors import TrustError, Why
from aquacert.trust.notes import NoteKey
from aquacert.trust.tlog import open_checkpoint
from tests.make.certificates import issue_one
from tests.rooms.certificates.test_log_publishing import fill


@pytest.fixture
def copy(house, db, tmp_path):
    """A copy of the published files, as somebody else may have it."""
    certificate_id = issue_one(house)
    fill(db, certificate_id, 520)
    publish(db, house.keys)
    target = tmp_path / "copy"
    shutil.copytree(folder_of(house.settings).folder, target)
    return target


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def address(copy):
    """The same files behind the plainest of web servers."""
    handler = functools.partial(Quiet, directory=str(copy))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(house, *asked):
    group = log_commands(lambda: house)
    main = Plain("main", commands={"log": group})
    return CliRunner().invoke(main, ["log", *map(str, asked)])


def test_the_files_alone_prove_the_log_from_a_folder_and_over_http(house, copy, address):
    key = house.keys.notes.key()
    for source in (folder_source(copy), web_source(address)):
        reading = read_log(source, key)
        assert reading.checkpoint.size == 521
        assert reading.events == {"issue": 1, "suspend": 260, "resume": 260}


@pytest.mark.parametrize(
    "name",
    ["tile/0/000", "tile/0/002.p/9", "tile/1/000.p/2", "tile/entries/001", "tile/entries/002.p/9"],
)
def test_one_changed_bit_anywhere_is_refused(house, copy, name):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(TrustError):
        read_log(folder_source(copy), house.keys.notes.key())
    (copy / name).unlink()
    with pytest.raises(Unavailable):
        read_log(folder_source(copy), house.keys.notes.key())


def test_a_log_that_became_shorter_or_was_rewritten_is_found_by_who_was_here_before(
    house, copy, db
):
    key = house.keys.notes.key()
    earlier = (copy / "checkpoint").read_bytes()
    reading = read_log(folder_source(copy), key)
    assert continues(reading, earlier, key).size == 521
    signer = house.keys.notes.signer("any")
    checkpoint, _ = open_checkpoint(earlier, key)
    longer = type(checkpoint)(checkpoint.origin, 522, checkpoint.root)
    other = type(checkpoint)(checkpoint.origin, 300, checkpoint.root)
    for note, why in ((longer, Why.OLD_VERSION), (other, Why.BAD_PROOF)):
        with pytest.raises(TrustError) as caught:
            continues(reading, bytes(note.signed(signer)), key)
        assert caught.value.why is why


def test_the_console_checks_a_log_twice_and_says_that_it_was_not_rewritten(house, copy, tmp_path):
    seen, key = tmp_path / "seen", str(house.keys.notes.key())
    first = run(house, "verify", copy, "--key", key, "--seen", seen)
    assert first.exit_code == 0, first.output
    assert "日志相符" in first.output
    assert "签发 1" in first.output
    again = run(house, "verify", copy, "--key", key, "--seen", seen)
    assert "接着上次看到的 521 条" in again.output
    (copy / "tile/0/000").write_bytes(bytes(8192))
    broken = run(house, "verify", copy, "--key", key, "--seen", seen)
    assert broken.exit_code == 1
    assert "日志不可信" in broken.output


def test_the_console_names_a_wrong_target_or_key_plainly(house, copy):
    assert "请给出日志的网址" in run(house, "verify", "nowhere").output
    wrong = run(house, "verify", copy, "--key", "PeterNeumann+c74f20a3+ARpc2QcUPDhM")
    assert wrong.exit_code == 1
    assert "Traceback" not in wrong.output
    with pytest.raises(Invalid):
        web_source("file:///etc/passwd")


def test_a_second_body_witnesses_the_log_and_the_log_serves_it(house, db, copy, tmp_path, client):
    asked = ("--key", house.keys.notes.key(), "--name", "second.example/witness")
    done = run(house, "cosign", copy, *asked, "--seen", tmp_path / "seen")
    assert done.exit_code == 0, done.output
    *_, key, line = done.output.strip().split("\n")
    witness = NoteKey.read(key.split()[-1])
    kept = run(house, "keep-cosignature", "--key", witness, "--size", 521, line)
    assert kept.exit_code == 0, kept.output
    _, note = open_checkpoint(
        client.get("/trust/log/checkpoint").data, house.keys.notes.key(), witness
    )
    assert note.cosigned_at(witness) == db.clock.now()
    assert read_log(folder_source(folder_of(house.settings).folder), house.keys.notes.key())


def test_publishing_by_hand_says_how_far_it_goes(house, db):
    issue_one(house)
    assert "已公布 1 条" in run(house, "publish").output
