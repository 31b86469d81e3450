"""`aquacert draws`: check a published day of the draw; give a drand file to today's draw."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from aquacert.inspections.commands.drawdays import take_drand
from aquacert.inspections.rules.drawproof import prove
from aquacert.kernel import outbound
from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database

LARGEST = 32 * 1024 * 1024
"""Bytes of a day's file."""


def draws_commands(open_database: Callable[[], Database]) -> click.Group:
    """Return the group `aquacert draws`."""

    @click.group(name="draws")
    def draws() -> None:
        """The draw. 双随机抽签。"""

    @draws.command()
    @click.argument("source")
    @click.option("--commitment", help="The commitment you copied from the board before the day.")
    def verify(source: str, commitment: str | None) -> None:
        """Draw a published day again from SOURCE, a file or an https address."""
        document = _read(source)
        found = prove(document)
        wrong = list(found.wrong)
        if commitment and commitment.strip().lower() != document["commitment"]:
            wrong.insert(0, "文件里的承诺不是您事先抄下的那一个")
        if wrong:
            raise Invalid("抽签和公布的不符：\n  " + "\n  ".join(wrong))
        if not found.is_revealed:
            click.echo(
                f"{found.tickets} 件：名单、权重、结果都对；密值还没有公布，签号明天才能重算"
            )
            return
        click.echo(f"{found.tickets} 件都能重算，和公布的一致")

    @draws.command()
    @click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    def beacon(day: Any, file: Path) -> None:  # noqa: ANN401 (click gives a datetime)
        """Take the drand round in FILE (round, randomness, signature) as the beacon of DAY."""
        on: date = day.date()
        with open_database().work(SYSTEM) as w:
            count = take_drand(w, on, file.read_bytes())
        click.echo(f"{on} 的信标已定，抽了 {count} 件")

    return draws


def _read(source: str) -> dict[str, Any]:
    try:
        if source.startswith("http://"):
            raise Invalid("只能用 https 地址；没有的，先把文件存下来，再核对文件。")
        if source.startswith("https://"):
            data = outbound.fetch(source, limit=LARGEST).body or b""
        else:
            data = Path(source).read_bytes()[:LARGEST]
        document = json.loads(data)
    except OSError as error:
        raise Invalid(f"读不到 {source}：{error.strerror}。") from None
    except ValueError:
        raise Invalid("这不是公布的抽签文件。") from None
    if not isinstance(document, dict):
        raise Invalid("这不是公布的抽签文件。")
    return document
