"""Notes, checkpoints, tiles and proofs against the specifications' and Go's published examples."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aquacert.trust import merkle
from aquacert.trust.errors import Refused, TrustError, Why
from aquacert.trust.logentry import Entry, check_issue
from aquacert.trust.notes import Kind, Note, NoteKey, NoteSigner, sign
from aquacert.trust.tlog import (
    Checkpoint,
    Proof,
    TilePath,
    bundle_of,
    open_checkpoint,
    reader_over,
    split_bundle,
    tiles_of,
    width_at,
)

# The published example of the Go package golang.org/x/mod/sumdb/note (BSD-3-Clause).
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
# The example key and note of C2SP signed-note.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncA"
    "lTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# A tree head of Go's checksum database, and its published key.
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_NOTE = (
    "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n— sum.golang.org"
    " Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=\n"
)
AT = datetime(2026, 5, 11, 9, 6, tzinfo=UTC)
ORIGIN = "cert.example/trust/log"
LOG = NoteSigner.of_seed(ORIGIN, bytes(range(32)))
WITNESS = NoteSigner.of_seed("second.example/witness", bytes(32), Kind.COSIGNATURE)


def refuses(why, act, *asked):
    with pytest.raises(TrustError) as caught:
        act(*asked)
    assert caught.value.why is why, caught.value.detail


def test_the_published_notes_verify_under_their_published_keys():
    for key, note in (
        (PETER, PETER_TEXT + "\n" + PETER_LINE),
        (FOO, FOO_NOTE),
        (SUMDB, SUMDB_NOTE),
    ):
        read = NoteKey.read(key)
        assert str(read) == key
        assert Note.read(note.encode()).verify(read) == (read,)
        assert bytes(Note.read(note.encode())) == note.encode()


def test_our_signature_is_the_published_one_byte_for_byte():
    seed = base64.b64decode(PETER_SECRET)[1:]
    signer = NoteSigner.of_seed("PeterNeumann", seed)
    assert str(signer.key) == PETER
    assert bytes(sign(PETER_TEXT, signer)) == (PETER_TEXT + "\n" + PETER_LINE).encode()


def test_a_real_checkpoint_of_another_log_is_read():
    checkpoint = Checkpoint.read(Note.read(SUMDB_NOTE.encode()).text)
    assert (checkpoint.origin, checkpoint.size) == ("go.sum database tree", 65209736)
    assert str(checkpoint) + "\n" == SUMDB_NOTE.partition("—")[0]
    refuses(Why.UNKNOWN_KEY, open_checkpoint, SUMDB_NOTE.encode(), NoteKey.read(SUMDB))


def test_a_changed_note_is_refused_and_an_unknown_key_is_no_proof():
    key = NoteKey.read(PETER)
    good = PETER_TEXT + "\n" + PETER_LINE
    refuses(Why.BAD_SIGNATURE, Note.read(good.replace("your", "our").encode()).verify, key)
    refuses(Why.UNKNOWN_KEY, Note.read(good.encode()).verify, NoteKey.read(FOO))
    refuses(Why.UNKNOWN_KEY, Note.read(good.encode()).verify)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\nno dash AAAAAAA=\n",
        "text\n\n— name AAAAAAA=".encode(),
        "text\n\n— name\n".encode(),
        "text\n\n— AAAAAAAAAA==\n".encode(),
        "text\n\n— na+me AAAAAAA=\n".encode(),
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— name AAAAA\n".encode(),
        "text\n\n— name AAAAAAB=\n".encode(),
        "te\txt\n\n— name AAAAAAA=\n".encode(),
        "te\rxt\n\n— name AAAAAAA=\n".encode(),
        b"\xff\n\n\xe2\x80\x94 name AAAAAAA=\n",
        ("text\n\n" + "— name AAAAAAA=\n" * 65).encode(),
    ],
)
def test_what_is_no_note_is_refused(data):
    with pytest.raises(Refused):
        Note.read(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+c74f20a3",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER.replace("+ARpc", "+AhpC"),
        PETER[:-4],
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(Refused):
        NoteKey.read(text)


def test_a_witness_cosigns_with_its_time_and_only_a_true_line_counts():
    checkpoint = Checkpoint(ORIGIN, 8, b"r" * 32)
    note = checkpoint.signed(LOG)
    both = note.extended(WITNESS.cosign(note.text, AT))
    assert both.verify(LOG.key, WITNESS.key) == (LOG.key, WITNESS.key)
    assert both.cosigned_at(WITNESS.key) == AT
    line = both.signatures[1]
    assert line.signature[:8] == int(AT.timestamp()).to_bytes(8, "big")
    body = WITNESS.key.name.encode() + b"\n\x04" + WITNESS.key.public
    assert line.key_id == hashlib.sha256(body).digest()[:4]
    false = note.extended(type(line)(line.name, line.key_id, bytes(8) + line.signature[8:]))
    refuses(Why.BAD_SIGNATURE, false.verify, LOG.key, WITNESS.key)
    assert false.verify(LOG.key) == (LOG.key,)
    refuses(Why.UNKNOWN_KEY, open_checkpoint, bytes(Note(note.text, (line,))), LOG.key)
    stray = type(line)("somebody.example", line.key_id, bytes(8) + line.signature[8:])
    assert Note(note.text, (*note.signatures, stray, line)).cosigned_at(WITNESS.key) == AT
    later = both.extended(WITNESS.cosign(note.text, AT.replace(hour=10)))
    assert len(later.signatures) == 2
    assert later.cosigned_at(WITNESS.key) == AT.replace(hour=10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n",
        "origin\n1\n",
        f"\n1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n01\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n-1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n{1 << 63}\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n１\n{base64.b64encode(bytes(32)).decode()}\n",
        f"origin\n1\n{base64.b64encode(bytes(31)).decode()}\n",
        f"origin\n1\n{base64.b64encode(bytes(32)).decode()}\n\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(Refused):
        Checkpoint.read(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("tile/0/000", TilePath(0, 0)),
        ("tile/0/000.p/1", TilePath(0, 0, 1)),
        ("tile/2/x001/x234/067", TilePath(2, 1_234_067)),
        ("tile/63/999.p/255", TilePath(63, 999, 255)),
        ("tile/entries/x001/000.p/7", TilePath(None, 1000, 7)),
    ],
)
def test_a_tile_has_one_name(text, path):
    assert str(path) == text
    assert TilePath.read(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tile",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/../../keys/log",
        "tile/0/000/../001",
        "tile/0/000\n",
        "tile/0/000.p/",
        "tile/0/٠٠٠",
        "tile/entries/" + "x999/" * 40 + "999",
        "tile/data/000",
    ],
)
def test_no_other_name_is_read(text):
    with pytest.raises(Refused):
        TilePath.read(text)


def test_the_tiles_of_a_log_are_those_of_the_specification():
    names = [str(path) for path in tiles_of(70_000)]
    hashes = [name for name in names if "entries" not in name]
    assert len([name for name in hashes if name.startswith("tile/0/") and ".p" not in name]) == 273
    assert hashes[273] == "tile/0/273.p/112"
    assert hashes[274:] == ["tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert list(map(str, tiles_of(256)))[1:] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []


class Tiles:
    """A log in memory, cut into tiles by the definition: MTH of each 256**l leaves."""

    def __init__(self, size):
        self.entries = [b"entry %d" % place for place in range(size)]
        self.hashes = [merkle.leaf_hash(entry) for entry in self.entries]
        self.rows = [self.hashes]
        while len(self.rows[-1]) >= 256:
            row = self.rows[-1]
            full = len(row) // 256
            self.rows.append([merkle.root_of(row[n * 256 : n * 256 + 256]) for n in range(full)])

    def fetch(self, level, number, width):
        found = self.rows[level][number * 256 : number * 256 + 256][:width]
        assert len(found) == width > 0
        return b"".join(found)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_proofs_from_tiles_are_those_from_the_whole_list(data):
    there = Tiles(data.draw(st.integers(1, 1200)))
    size = data.draw(st.integers(1, len(there.hashes)))
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    read = reader_over(there.fetch, size)
    hashes = there.hashes[:size]
    assert merkle.root(read, size) == merkle.root_of(hashes)
    assert merkle.inclusion(read, index, size) == merkle.inclusion_proof(hashes, index)
    assert merkle.consistency(read, first, size) == merkle.consistency_proof(hashes, first)


def test_a_tree_over_three_levels_of_tiles_is_read():
    there = Tiles(65_537)
    read = reader_over(there.fetch, 65_537)
    root = merkle.root(read, 65_537)
    path = merkle.inclusion(read, 40_000, 65_537)
    merkle.verify_inclusion(there.hashes[40_000], 40_000, 65_537, path, root)
    assert width_at(2, 0, 65_537) == 1


def test_bundles_hold_entries_of_any_length_and_end_where_they_say():
    entries = [b"", b"a", b"b" * 65_535]
    assert split_bundle(bundle_of(entries)) == entries
    refuses(Why.TOO_LARGE, bundle_of, [b"c" * 65_536])
    for data in (b"\x00", b"\x00\x01", b"\x00\x02a", b"\x00\x00\x00"):
        refuses(Why.MALFORMED, split_bundle, data)


PAYLOAD = b"the signed payload of a certificate"
ENTRY = Entry(320000, b"m" * 16, hashlib.sha256(PAYLOAD).digest(), "issue", int(AT.timestamp()))


def proof_of(entry, size=300, index=77, signer=LOG):
    hashes = [merkle.leaf_hash(b"%d" % place) for place in range(size)]
    hashes[index] = merkle.leaf_hash(entry.encode())
    note = Checkpoint(ORIGIN, size, merkle.root_of(hashes)).signed(signer)
    path = tuple(merkle.inclusion_proof(hashes, index))
    return Proof(index, path, bytes(note), entry.extra())


def test_a_proof_in_text_leads_from_the_certificate_to_the_log():
    proof = bytes(proof_of(ENTRY))
    assert proof.startswith(b"c2sp.org/tlog-proof@v1\nextra ")
    assert bytes(Proof.read(proof)) == proof
    logged = check_issue(proof, "3200000001", PAYLOAD, LOG.key)
    assert (logged.index, logged.at, logged.checkpoint.size) == (77, int(AT.timestamp()), 300)
    refuses(Why.BAD_PROOF, check_issue, proof, "3200000001", PAYLOAD + b"!", LOG.key)
    refuses(Why.BAD_PROOF, check_issue, proof, "3300000001", PAYLOAD, LOG.key)
    other = NoteSigner.of_seed(ORIGIN, bytes(32))
    refuses(Why.UNKNOWN_KEY, check_issue, proof, "3200000001", PAYLOAD, other.key)


def test_a_proof_of_another_act_is_no_proof_of_issue():
    void = Entry(ENTRY.issuer, ENTRY.mark, ENTRY.digest, "void", ENTRY.at)
    refuses(Why.BAD_PROOF, check_issue, bytes(proof_of(void)), "3200000001", PAYLOAD, LOG.key)


def test_a_proof_at_a_million_leaves_stays_within_its_size():
    path = tuple(bytes([step]) * 32 for step in range(20))
    note = Checkpoint(ORIGIN, 1_000_000, bytes(32)).signed(LOG)
    assert len(bytes(Proof(999_999, path, bytes(note), ENTRY.extra()))) <= 1200


@pytest.mark.parametrize(
    "data",
    [
        b"wrong-header\nindex 0\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\n\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex notanumber\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex -5\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 05\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + base64.b64encode(bytes(64)) + b"\n\ncheckpoint\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + (b"A" * 43 + b"=\n") * 65 + b"\ncheckpoint\n",
        b"\xff",
    ],
)
def test_what_is_no_proof_is_refused(data):
    with pytest.raises(Refused):
        Proof.read(data)


@settings(max_examples=200, deadline=None)
@given(st.integers(0), st.integers(0, 255))
def test_no_changed_byte_of_a_proof_is_believed(place, byte):
    proof = bytearray(bytes(proof_of(ENTRY)))
    place %= len(proof)
    if proof[place] == byte:
        return
    proof[place] = byte
    with pytest.raises(TrustError):
        check_issue(bytes(proof), "3200000001", PAYLOAD, LOG.key)


@pytest.mark.parametrize("version", [1, 2])
def test_an_entry_of_either_version_is_read_as_it_was_written(version):
    entry = Entry(320000, bytes(range(16)), bytes(32), "recall", 1_778_000_000, version)
    assert Entry.decode(entry.encode()) == entry


@pytest.mark.parametrize(
    "change",
    [{"version": 3}, {"mark": b"short"}, {"digest": b"short"}, {"event": "sell"}],
)
def test_an_entry_of_another_form_is_refused(change):
    from dataclasses import replace

    with pytest.raises(Refused):
        Entry.decode(replace(ENTRY, **change).encode())
    refuses(Why.MALFORMED, Entry.decode, b"\x80")
