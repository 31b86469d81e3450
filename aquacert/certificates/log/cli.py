"""The log at the console: publish it, check one as a stranger does, witness another's.

`aquacert log publish | verify | cosign | keep-cosignature`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click

from aquacert.certificates.log import commands
from aquacert.certificates.log.parsers import (
    Reading,
    Source,
    continues,
    folder_source,
    read_log,
    web_source,
)
from aquacert.http.house import House
from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.errors import TrustError
from aquacert.trust.notes import Kind, NoteKey
from aquacert.trust.tlog import Checkpoint

FILE = click.Path(path_type=Path, dir_okay=False)
EVENTS = {
    "issue": "签发",
    "suspend": "暂停",
    "resume": "恢复",
    "void": "作废",
    "replace": "换证",
    "recall": "召回",
}


Opener = Callable[[], House]


def log_commands(open_house: Opener) -> click.Group:
    """Return the group; `open_house` is the composition root's."""
    group = click.Group("log", help="The public log. 签发日志.")
    for command in (_publish(open_house), verify, _cosign(open_house), _keep(open_house)):
        group.add_command(command)
    return group


@click.command()
@click.argument("target")
@click.option("--key", default=None, help="The log's public key: the line itself or a file.")
@click.option("--seen", type=FILE, default=None, help="Checkpoint kept from the last visit.")
def verify(target: str, key: str | None, seen: Path | None) -> None:
    """Check a log from outside: TARGET is its address (…/trust/log) or a folder of its files.

    Needs no database. With --seen it also proves that nothing was rewritten since the last visit,
    and keeps the new checkpoint there for the next.
    """
    read = source_of(target)
    reading, before = checked(read, key_of(read, key), seen)
    say(reading, before)


def _publish(open_house: Opener) -> click.Command:
    @click.command()
    def publish() -> None:
        """Publish what is new now, and say how far the log goes."""
        house = open_house()
        try:
            click.echo(f"已公布 {commands.publish(house.database, house.keys)} 条")
        finally:
            house.database.close()

    return publish


def _cosign(open_house: Opener) -> click.Command:
    @click.command()
    @click.argument("target")
    @click.option("--key", required=True, help="The log's public key: the line itself or a file.")
    @click.option("--name", required=True, help="This witness's name, e.g. second.example/witness.")
    @click.option("--seen", type=FILE, required=True, help="Checkpoint kept from the last visit.")
    def cosign(target: str, key: str, name: str, seen: Path) -> None:
        """Witness another body's log: check it whole, then sign its checkpoint with our key.

        Prints this witness's public key and the line to hand to the log.
        """
        house = open_house()
        try:
            read = source_of(target)
            reading, before = checked(read, key_of(read, key), seen)
            signer = house.keys.notes.signer(name, Kind.COSIGNATURE)
            line = signer.cosign(reading.note.text, house.database.clock.now())
        finally:
            house.database.close()
        say(reading, before)
        click.echo(f"见证公钥  {signer.key}")
        click.echo(str(line), nl=False)

    return cosign


def _keep(open_house: Opener) -> click.Command:
    @click.command("keep-cosignature")
    @click.option("--key", required=True, help="The witness's public key, one line.")
    @click.option("--size", type=int, required=True, help="Size of the checkpoint it is for.")
    @click.argument("line")
    def keep(key: str, size: int, line: str) -> None:
        """Keep a witness's LINE under our own checkpoint; it is served from then on."""
        house = open_house()
        try:
            with house.database.work(SYSTEM) as w:
                commands.keep_cosignature(w, size, line, NoteKey.read(key))
            commands.publish(house.database, house.keys)
        finally:
            house.database.close()
        click.echo("见证已收下")

    return keep


def source_of(target: str) -> Source:
    """Return where the log's files are: a folder when there is one of this name, else the web."""
    return folder_source(Path(target)) if Path(target).is_dir() else web_source(target)


def key_of(read: Source, given: str | None) -> NoteKey:
    """Return the key to believe: the one given, or the log's own word with a warning."""
    if given is None:
        key = NoteKey.read(read("key").decode("utf-8", "replace"))
        click.echo(f"没有给公钥，用的是日志自己公布的，请与别处公布的核对：\n{key}")
        return key
    path = Path(given)
    return NoteKey.read(path.read_text("utf-8") if path.is_file() else given)


def checked(read: Source, key: NoteKey, seen: Path | None) -> tuple[Reading, Checkpoint | None]:
    """Read the log whole; when it continues what was seen, keep its checkpoint for next time."""
    try:
        reading = read_log(read, key)
        before = None
        if seen is not None and seen.is_file():
            before = continues(reading, seen.read_bytes(), key)
    except TrustError as error:
        raise Invalid(f"日志不可信：{error.sentence}（{error.detail}）") from error
    if seen is not None:
        fresh = seen.with_name(f".{seen.name}.new")
        with fresh.open("wb") as file:
            file.write(bytes(reading.note))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(seen)
    return reading, before


def say(reading: Reading, before: Checkpoint | None) -> None:
    """Say what was found."""
    checkpoint = reading.checkpoint
    click.echo(f"日志相符：{checkpoint.origin}，{checkpoint.size} 条，每一条都在签过名的根下")
    counts = "，".join(f"{EVENTS[name]} {n}" for name, n in sorted(reading.events.items()))
    click.echo(f"其中：{counts}")
    if before is not None:
        click.echo(f"接着上次看到的 {before.size} 条，没有改写")
