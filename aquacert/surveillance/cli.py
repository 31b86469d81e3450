"""What an operator does with feeds at the console: `aquacert feeds import FILE`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import click

from aquacert.http.house import House
from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.surveillance.commands.feeds import ImportAsked, ImportCounts, import_feed
from aquacert.surveillance.commands.visits import visit, visit_due
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.queries.feeds import feed_file, raw_bytes
from aquacert.surveillance.queries.mappings import mapping_of, version_by_name
from aquacert.surveillance.queries.plan import EMPRESI
from aquacert.surveillance.queries.sources import feed_by_key
from aquacert.surveillance.rules.visits import OUTCOME_WORDS, Outcome

LONG_ROWS = 2000
"""A file with more lines shows its progress."""
MAPPED = "mapped"
WORDS = {
    "created": "新增",
    "updated": "更新",
    "unchanged": "不变",
    "stale": "旧版本，未采用",
    "vanished": "快照中消失",
    "quarantined": "隔离，等人处理",
}
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(name="feeds")
def feeds() -> None:
    """Disease feeds. 疫情数据."""


@feeds.command("formats")
def list_formats() -> None:
    """List every format that can be read. 列出能读的格式."""
    for one in sorted(FORMATS.values(), key=lambda each: each.name):
        if not one.is_hidden:
            click.echo(f"{one.name:16} {one.title}")


@feeds.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--format",
    "form",
    default=EMPRESI,
    metavar="NAME|MAPPING",
    help="A format (`feeds formats` lists them) or the name of a saved mapping.",
)
@click.option("--feed", "key", default="", help="The feed it belongs to; else the format's name.")
@click.option("--dry-run", is_flag=True, help="Count only; write nothing.")
@click.option("--snapshot", is_flag=True, help="The file is whole: mark known events it lacks.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one line of JSON.")
@click.pass_obj
def import_file(
    open_house: Callable[[], House],
    file: Path,
    form: str,
    key: str,
    *,
    dry_run: bool,
    snapshot: bool,
    as_json: bool,
) -> None:
    """Import FILE; any file again changes nothing, and one cut off goes on where it stopped."""
    house = open_house()
    try:
        ask = asked(house.database, form, key)
        ask = replace(ask, name=file.name, is_whole=snapshot, dry_run=dry_run)
        found = _run(house.database, file, ask)
    finally:
        house.database.close()
    if as_json:
        click.echo(json.dumps(found.as_dict()))
        return
    for name, count in found.as_dict().items():
        click.echo(f"{WORDS[name]} {count}")


@feeds.command("raw")
@click.argument("file_id", type=click.UUID)
@click.argument("to", type=click.File("wb"), default="-")
@click.pass_obj
def give_raw(open_house: Callable[[], House], file_id: UUID, to: BinaryIO) -> None:
    """Write the kept bytes of a feed file out, as they came in. 取回原始文件."""
    house = open_house()
    try:
        with house.database.look(SYSTEM) as look:
            to.write(raw_bytes(look, feed_file(look, file_id)))
    except AquaCertError as error:
        raise click.ClickException(error.sentence or "没有这个文件。") from None
    finally:
        house.database.close()


@feeds.command("visit")
@click.argument("key", required=False, default="")
@click.pass_obj
def visit_now(open_house: Callable[[], House], key: str) -> None:
    """Visit the feed KEY now, or every feed whose time has come. 现在去取."""
    house = open_house()
    try:
        if key:
            with house.database.look(SYSTEM) as look:
                feed_id = feed_by_key(look, key).id
            found = visit(house.database, feed_id)
        else:
            found = visit_due(house.database)
    except AquaCertError as error:
        raise click.ClickException(error.sentence) from None
    finally:
        house.database.close()
    for one in found:
        said = f" {json.dumps(one.counts.as_dict())}" if one.counts else ""
        click.echo(f"{OUTCOME_WORDS[one.outcome]} {one.name} {one.fault}".rstrip() + said)
    if any(one.outcome is Outcome.FAILED for one in found):
        raise SystemExit(1)


def asked(database: Database, form: str, key: str) -> ImportAsked:
    """Return what a name asks for: a format, else a saved mapping in its newest version."""
    if form in FORMATS and not FORMATS[form].is_hidden:
        return ImportAsked(key, form)
    with database.look(SYSTEM) as look:
        version = version_by_name(look, form)
        source = "" if version is None else mapping_of(look, version.mapping_id).plain
    if version is None:
        known = "、".join(sorted(one.name for one in FORMATS.values() if not one.is_hidden))
        raise click.BadParameter(
            f"没有叫“{form}”的格式或映射。能读的格式：{known}", param_hint="--format"
        )
    return ImportAsked(key or source, MAPPED, mapping_id=version.id)


def _run(database: Database, file: Path, ask: ImportAsked) -> ImportCounts:
    lines = _lines(file)
    hidden = lines < LONG_ROWS or ask.dry_run
    with click.progressbar(length=lines, label="导入", file=sys.stderr, hidden=hidden) as bar:
        return import_feed(database, SYSTEM, file, ask, bar.update)


def _lines(file: Path) -> int:
    """Return how many lines a file has, read piece by piece."""
    with file.open("rb") as read:
        return sum(piece.count(b"\n") for piece in iter(lambda: read.read(1 << 20), b""))
