"""The monitor: certificates ⇔ leaves ⇔ checkpoints ⇔ files, and every disagreement by its name.

Whoever writes to the database past the program is found here: a certificate without a leaf, a leaf
without its certificate, a leaf taken away or changed, another payload, a standing that no leaf
explains, a table older than what was published. Reads everything once; memory grows with the
number of certificates by some 200 bytes each.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from aquacert.certificates.log.queries.news import LeafRow, leaf_rows, size
from aquacert.certificates.log.queries.proofs import folder_of
from aquacert.certificates.models import Certificate, Issuance, LogCheckpoint, Standing
from aquacert.certificates.rules.states import MOVES, STATUS_NAMES, Act, Status
from aquacert.kernel.db import blind
from aquacert.kernel.errors import NotAllowedNow
from aquacert.kernel.work import Look
from aquacert.trust import cbor, merkle
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing
from aquacert.trust.logentry import Entry, read_mark
from aquacert.trust.notes import NoteKey
from aquacert.trust.tilefolder import TileFolder
from aquacert.trust.tlog import TILE, TilePath, bundle_of, open_checkpoint, split_bundle

MOST_NAMED = 200
"""Disagreements named one by one; what is beyond is counted."""


@dataclass(frozen=True)
class Findings:
    """What the monitor found: a sentence for each disagreement, and how much was looked at."""

    wrong: tuple[str, ...]
    leaves: int
    checkpoints: int
    published: int
    """leaves under the published checkpoint"""


@dataclass
class Watch:
    """What is known while the leaves go by."""

    wrong: list[str] = field(default_factory=list)
    entries: dict[UUID, list[tuple[int, Entry]]] = field(default_factory=lambda: defaultdict(list))
    hashes: list[bytes] = field(default_factory=list)
    more: int = 0

    def say(self, sentence: str) -> None:
        """Name one disagreement."""
        if len(self.wrong) < MOST_NAMED:
            self.wrong.append(sentence)
        else:
            self.more += 1


def monitor(look: Look, keys: KeyRing) -> Findings:
    """Return every disagreement between certificates, leaves, checkpoints and published files.

    Certificates are issued and the log is published meanwhile: so the file is read first, and the
    tables after it in one moment of their own, whenever `look` itself began.
    """
    watch, folder = Watch(), folder_of(look.settings)
    head = folder.head()
    key = keys.notes.key()
    upto = _published_size(watch, head, key)
    with look.home.look(look.actor) as moment:
        if moment.session.get_bind().dialect.name == "postgresql":
            moment.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        _read_leaves(moment, watch, folder, upto)
        checkpoints = _judge_checkpoints(moment, watch, key, head)
        _judge_levels(watch, folder, upto)
        _judge_certificates(moment, watch)
    wrong = [*watch.wrong, *([f"日志另有 {watch.more} 处不符未列出"] if watch.more else [])]
    return Findings(tuple(wrong), len(watch.hashes), checkpoints, upto)


def standstill(look: Look, keys: KeyRing) -> tuple[str, ...]:
    """Return why the log cannot be published now, if it cannot: a quick look, without any leaf."""
    folder = folder_of(look.settings)
    head, key = folder.head(), keys.notes.key()
    watch = Watch()
    upto = _published_size(watch, head, key)
    with look.home.look(look.actor) as moment:
        row = moment.session.get(LogCheckpoint, upto) if upto else None
        there = size(moment)
    if upto and (row is None or there < upto):
        watch.say(
            f"日志已停止公布：已公布到 {upto} 条，库里没有这个检查点（库里有 {there} 条），"
            "可能恢复了旧备份；请按 docs/log.md 处理"
        )
    return tuple(watch.wrong)


def _published_size(watch: Watch, head: bytes | None, key: NoteKey | None) -> int:
    if head is None:
        return 0
    if key is None:
        watch.say("日志已经公布，但它的公钥不见了")
        return 0
    try:
        return open_checkpoint(head, key)[0].size
    except Refused as refused:
        watch.say(f"已公布的检查点不可信：{refused.sentence}")
        return 0


def _read_leaves(look: Look, watch: Watch, folder: TileFolder, upto: int) -> None:
    """Read the leaves in order, each against itself, each 256 against their file."""
    bundle: list[bytes] = []
    for row in _every_leaf(look):
        place = len(watch.hashes)
        if row.position != place:
            watch.say(f"日志第 {place} 条不见了（后面是第 {row.position} 条）")
        entry_bytes = bytes(row.entry)
        found = merkle.leaf_hash(entry_bytes)
        if found != row.hash:
            watch.say(f"日志第 {row.position} 条的内容与它的散列不符，被改过")
        watch.hashes.append(found)
        bundle.append(entry_bytes)
        _note_entry(watch, row, entry_bytes)
        if len(bundle) == TILE:
            _judge_bundle(watch, folder, place // TILE, bundle)
            bundle = []
    rest = upto - upto % TILE
    if upto > len(watch.hashes):
        watch.say(f"库里只有 {len(watch.hashes)} 条日志，少于已公布的 {upto} 条：可能恢复了旧备份")
    elif bundle and upto > rest == len(watch.hashes) - len(bundle):
        _judge_bundle(watch, folder, rest // TILE, bundle[: upto - rest])


def _every_leaf(look: Look) -> Iterator[LeafRow]:
    first = 0
    while rows := leaf_rows(look, first):
        yield from rows
        first = rows[-1].position + 1


def _note_entry(watch: Watch, row: LeafRow, data: bytes) -> None:
    try:
        entry = Entry.decode(data)
    except Refused as refused:
        watch.say(f"日志第 {row.position} 条读不出：{refused.sentence}")
        return
    if entry.event != row.act:
        watch.say(f"日志第 {row.position} 条登记的办理是“{row.act}”，内容里是“{entry.event}”")
    watch.entries[row.certificate_id].append((row.position, entry))


def _judge_bundle(watch: Watch, folder: TileFolder, number: int, entries: list[bytes]) -> None:
    """Compare one bundle and one tile of leaf hashes with their published files, where published.

    What is not published yet has no file; a missing one that should be there shows by the levels.
    """
    path = TilePath(None, number, len(entries))
    try:
        data = folder.read(path)
    except Refused:
        watch.say(f"日志文件 {path} 坏了，读不出")
        return
    if data is None or data == bundle_of(entries):
        return
    kept = split_bundle(data)
    for place, (ours, theirs) in enumerate(zip(entries, kept, strict=True), number * TILE):
        if ours != theirs:
            watch.say(f"日志第 {place} 条与已公布的文件不符")


def _judge_checkpoints(look: Look, watch: Watch, key: NoteKey | None, head: bytes | None) -> int:
    """Compare every checkpoint ever signed with the leaves of today, and the file with the table."""
    rows = look.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size))
    read = merkle.reader_of(watch.hashes)
    for row in rows:
        try:
            if key is None:
                watch.say("日志的公钥不见了，检查点无法核对")
                break
            signed = open_checkpoint(row.note, key)[0]
        except Refused as refused:
            watch.say(f"{row.size} 条时的检查点不可信：{refused.sentence}")
            continue
        if (signed.size, signed.root) != (row.size, row.root):
            watch.say(f"{row.size} 条时的检查点登记与它的签名不符")
        if signed.size > len(watch.hashes):
            watch.say(f"签过 {signed.size} 条的检查点，库里只有 {len(watch.hashes)} 条日志")
        elif merkle.root(read, signed.size) != signed.root:
            watch.say(f"前 {signed.size} 条日志与当时签署的检查点不符，有被改动的")
    if head is not None and key is not None and not any(row.note == head for row in rows):
        _judge_head(watch, head, key, {row.size: bytes(row.root) for row in rows})
    return len(rows)


def _judge_head(watch: Watch, head: bytes, key: NoteKey, roots: dict[int, bytes]) -> None:
    """The published file may carry cosignatures; its size and root are in the table all the same."""
    try:
        checkpoint = open_checkpoint(head, key)[0]
    except Refused:
        return  # named by `_published_size`
    if roots.get(checkpoint.size) != checkpoint.root:
        watch.say(f"已公布到 {checkpoint.size} 条的检查点库里没有：可能恢复了旧备份")


def _judge_levels(watch: Watch, folder: TileFolder, upto: int) -> None:
    """Compare every published tile with the tree over the leaves of today."""
    row = watch.hashes[:upto]
    if len(row) < upto:
        return
    level = 0
    while row:
        for at in range(0, len(row), TILE):
            part = row[at : at + TILE]
            path = TilePath(level, at // TILE, len(part))
            data = folder.read(path)
            if data != b"".join(part):
                watch.say(f"日志文件 {path} {'不见了' if data is None else '与登记不符'}")
        full = len(row) // TILE
        row = [merkle.root_of(row[at * TILE : at * TILE + TILE]) for at in range(full)]
        level += 1


def _judge_certificates(look: Look, watch: Watch) -> None:
    """Compare each certificate with its leaves: one issue of this payload, then its changes."""
    rows = look.session.execute(
        select(
            Certificate.id, Certificate.number, Certificate.cose, Issuance.payload, Standing.status
        )
        .join(Issuance, Issuance.id == Certificate.id, isouter=True)
        .join(Standing, Standing.id == Certificate.id, isouter=True)
        .order_by(Certificate.id)
        .execution_options(yield_per=1000)
    )
    for certificate_id, number, cose, payload, status in rows:
        said = watch.entries.pop(certificate_id, [])
        issues = [place for place, entry in said if entry.event == Act.ISSUE.value]
        if len(issues) != 1:
            watch.say(
                f"{number} 有证书，日志里没有它的签发"
                if not issues
                else f"{number} 的签发在日志里有 {len(issues)} 条"
            )
            continue
        _judge_entries(watch, number, (payload, _payload(cose)), said)
        _judge_standing(watch, number, status, said)
    for said in watch.entries.values():
        for place, entry in said:
            watch.say(f"日志第 {place} 条（{entry.event}）没有对应的证书")


def _judge_entries(
    watch: Watch, number: str, payloads: tuple[bytes | None, ...], said: list[tuple[int, Entry]]
) -> None:
    """Compare what was planned and what was signed with what each leaf says of it."""
    digests = {None if one is None else hashlib.sha256(one).digest() for one in payloads}
    mark = read_mark(blind("log", number))
    for place, entry in said:
        if digests != {entry.digest}:
            watch.say(f"{number} 的签名内容与日志第 {place} 条不符，被改过")
        if entry.mark != mark:
            watch.say(f"{number} 的证号与日志第 {place} 条不符")


def _payload(message: bytes) -> bytes | None:
    """Return what a COSE_Sign1 covers (RFC 9052 §4.2); its signature is judged elsewhere."""
    try:
        parts = cbor.decode(message)
    except Refused:
        return None
    match parts:
        case [bytes(), _, bytes(payload), bytes()]:
            return payload
        case _:
            return None


def _judge_standing(
    watch: Watch, number: str, status: str | None, said: list[tuple[int, Entry]]
) -> None:
    """Replay the acts that the log tells; they must lead to what the table says today."""
    state = Status.VALID
    for place, entry in said:
        if entry.event == Act.ISSUE.value:
            continue
        try:
            state = MOVES.after(state, Act(entry.event))
        except NotAllowedNow:
            watch.say(f"{number} 在日志第 {place} 条的办理（{entry.event}）接不上前面的")
            return
    if state.value != status:
        ours = STATUS_NAMES[Status(status)] if status in set(Status) else "没有登记"
        watch.say(f"{number} 登记为“{ours}”，日志里应为“{STATUS_NAMES[state]}”")
