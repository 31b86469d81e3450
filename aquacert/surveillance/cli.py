"""What an operator does with feeds at the console: `aquacert feeds import FILE`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from aquacert.http.house import House
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands import import_empresi
from aquacert.surveillance.queries import ImportCounts, preview_empresi

LONG_ROWS = 2000
"""A file with more lines shows its progress."""
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


@feeds.command("import")
@click.argument("file", type=FILE)
@click.option("--format", "form", type=click.Choice(["empresi"]), default="empresi")
@click.option("--dry-run", is_flag=True, help="Count only; write nothing.")
@click.option("--snapshot", is_flag=True, help="The file is whole: mark known events it lacks.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one line of JSON.")
@click.pass_obj
def import_file(
    open_house: Callable[[], House],
    file: Path,
    form: str,
    *,
    dry_run: bool,
    snapshot: bool,
    as_json: bool,
) -> None:
    """Import FILE; any file again changes nothing."""
    del form  # one format so far; the option keeps its place
    house = open_house()
    try:
        found = _run(house, file, dry_run=dry_run, full=snapshot)
    finally:
        house.database.close()
    if as_json:
        click.echo(json.dumps(found.as_dict()))
        return
    for name, count in found.as_dict().items():
        click.echo(f"{WORDS[name]} {count}")


def _run(house: House, file: Path, *, dry_run: bool, full: bool) -> ImportCounts:
    data = file.read_bytes()
    if dry_run:
        with house.database.look(SYSTEM) as look:
            return preview_empresi(look, data, full=full).counts
    lines = data.count(b"\n")
    hidden = lines < LONG_ROWS
    with (
        click.progressbar(length=lines, label="导入", file=sys.stderr, hidden=hidden) as bar,
        house.database.work(SYSTEM) as w,
    ):
        return import_empresi(w, data, file.name, full=full, progress=bar.update)
