"""The console: `aquacert init | serve | work | check | backup | restore | verify | demo | …`.

Each command says in one sentence what is missing when it cannot go on; it never shows a traceback
for something a person can mend.
"""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import click

from aquacert import app as composition
from aquacert.accounts.cli import administrator_command, token_commands
from aquacert.kernel import backup as backups
from aquacert.kernel import logs
from aquacert.kernel.audit import verify_chains
from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.schema import upgrade
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.settings import Settings
from aquacert.kernel.work import Database
from aquacert.reference.commands import load_seed

SEED = Path(__file__).parents[1] / "seed_data"


class Plain(click.Group):
    """A group whose commands answer our own errors with their sentence."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (click's signature)
        """Run the command; turn an error raised on purpose into one line and exit code 1."""
        try:
            return super().invoke(ctx)
        except AquaCertError as error:
            raise click.ClickException(error.sentence) from error


@click.group(cls=Plain, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """AquaCert 水产苗种产地检疫实验室与电子证书系统."""
    logs.set_up()


@main.command()
def init() -> None:
    """Create or upgrade the database, load the reference tables, make the keys."""
    settings = Settings.from_env()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    prepare(settings)
    click.echo(f"已就绪：{settings.data_dir.resolve()}")


def prepare(settings: Settings) -> None:
    """Bring schema, reference tables and keys of an installation up to this version."""
    upgrade(settings.db_url)
    house = composition.open_house(settings)
    with house.database.work(SYSTEM) as w:
        load_seed(w, SEED)
    house.keys.root(house.database.clock.now())
    house.database.close()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=None, help="Default: PORT or 8000.")
@click.option("--no-work", is_flag=True, help="Do not start the outbox worker inside.")
def serve(host: str, port: int | None, *, no_work: bool) -> None:
    """Serve the pages, with one outbox worker inside."""
    from granian import Granian
    from granian.constants import Interfaces

    settings = Settings.from_env()
    stop = threading.Event()
    if not no_work:
        start_worker(settings, stop)
    server = Granian(
        "wsgi:app",
        address=host,
        port=port or settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=4,
        working_dir=Path(__file__).parents[1],
        log_access=False,
    )
    click.echo(f"打开 {settings.public_url}")
    try:
        server.serve()
    finally:
        stop.set()


def start_worker(settings: Settings, stop: threading.Event) -> threading.Thread:
    """Start one outbox worker in a thread that ends when `stop` is set."""
    house = composition.open_house(settings)
    runner = composition.runner_of(house)
    thread = threading.Thread(target=runner.run_until, args=(stop,), name="outbox", daemon=True)
    thread.start()
    return thread


@main.command()
def work() -> None:
    """Run an outbox worker until interrupted."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    house = composition.open_house(Settings.from_env())
    composition.runner_of(house).run_until(stop)
    house.database.close()


@main.command()
def check() -> None:
    """Check every audit chain and everything issued; exit 1 when anything is wrong."""
    house = composition.open_house(Settings.from_env())
    with house.database.look(SYSTEM) as look:
        wrong = verify_chains(look.session)
    for line in wrong:
        click.echo(line, err=True)
    click.echo(f"审计链：{'完好' if not wrong else f'{len(wrong)} 处不符'}")
    house.database.close()
    if wrong:
        raise SystemExit(1)


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(target: Path) -> None:
    """Write database, files and keys into one archive TARGET (.tar.gz)."""
    settings = Settings.from_env()
    with click.progressbar(backups.back_up(settings, target), label="备份") as steps:
        for _step in steps:
            pass
    click.echo(f"已备份到 {target}")


@main.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(source: Path) -> None:
    """Restore the archive SOURCE into an empty data directory (and an empty database)."""
    settings = Settings.from_env()
    with click.progressbar(backups.restore(settings, source), label="恢复") as steps:
        for _step in steps:
            pass
    click.echo(f"已恢复到 {settings.data_dir.resolve()}")


def opened() -> Database:
    """Return the database of this installation."""
    return composition.open_house(Settings.from_env()).database


main.add_command(token_commands(opened))
main.add_command(administrator_command(opened))


if __name__ == "__main__":
    main()
