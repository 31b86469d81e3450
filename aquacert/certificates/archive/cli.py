"""`aquacert documents`: how far documents can be proven, and the night's work by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import click

from aquacert.certificates.archive import commands, queries
from aquacert.certificates.rules.levels import LEVEL_NAMES
from aquacert.http.house import House
from aquacert.kernel.scope import SYSTEM

NO_AUTHORITY = "没有设置时间戳机构，文书停在 B-B：请设置 AQUACERT_TSA_URL 和 AQUACERT_TSA_TRUST。"
FINE = "fine"
Opener = Callable[[], House]


def documents_commands(opened: Opener) -> click.Group:
    """Return the group, which opens the installation when one of its commands is called."""

    @click.group("documents")
    def group() -> None:
        """Documents: levels of proof, timestamps, long-term preservation."""

    levels = click.Command("levels", callback=lambda: show_levels(opened), help=show_levels.__doc__)
    night = click.Command("preserve", callback=lambda: preserve(opened), help=preserve.__doc__)
    group.add_command(levels)
    group.add_command(night)
    return group


def show_levels(opened: Opener) -> None:
    """Say how many certificates stand at which level."""
    house = opened()
    with house.database.look(SYSTEM) as look:
        found, authority = queries.counts(look), queries.authority(look)
    house.database.close()
    for level, name in LEVEL_NAMES.items():
        click.echo(f"{level.value:6}{found.get(level, 0):8}  {name}")
    if authority is None:
        click.echo(NO_AUTHORITY)


def preserve(opened: Opener) -> None:
    """Do the night's work now: timestamps, validation data, renewals; exit 1 if any failed."""
    house = opened()
    with house.database.look(SYSTEM) as look:
        waiting, authority = queries.waiting(look), queries.authority(look)
    if authority is None:
        raise click.ClickException(NO_AUTHORITY)
    done: Counter[str] = Counter()
    with click.progressbar(length=waiting, label="长期保存") as bar:
        for one in commands.preserve_due(house.database, house.keys):
            done[one.error or FINE] += 1
            bar.update(1)
    house.database.close()
    fine = done.pop(FINE, 0)
    click.echo(f"待办 {waiting} 份，完成 {fine} 份，未成 {done.total()} 份")
    if done or fine < waiting:
        raise SystemExit(1)
