"""The console: `aquacert init | serve | work | check | backup | restore | verify | demo | …`.

Each command says in one sentence what is missing when it cannot go on; it never shows a traceback
for something a person can mend.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from aquacert import app as composition
from aquacert.accounts.cli import administrator_command, token_commands
from aquacert.certificates import tasks as certificates
from aquacert.certificates.archive.cli import documents_commands
from aquacert.certificates.checks.cli import check_command
from aquacert.certificates.keyring.cli import keys_commands
from aquacert.certificates.log import queries as public_log
from aquacert.certificates.log.cli import log_commands
from aquacert.certificates.peers.cli import trust_commands
from aquacert.demo import run
from aquacert.http.house import House
from aquacert.inspections.cli import draws_commands
from aquacert.kernel import backup as backups
from aquacert.kernel import logs
from aquacert.kernel.clock import FixedClock
from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.outbox import Runner
from aquacert.kernel.schema import standing, upgrade
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.settings import Settings
from aquacert.kernel.work import Database, Look
from aquacert.reference.commands import load_seed
from aquacert.surveillance.cli import feeds
from aquacert.verification.cli import verify_command
from labs.instruments.cli import labs

SEED = Path(__file__).parents[1] / "seed_data"
WARM_PAGES = 20_000
"""Public pages that each web process makes beforehand: those of certificates that still hold."""
WATCH_SECONDS = 5.0
log = structlog.get_logger("console")


class Plain(click.Group):
    """A group whose commands answer our own errors with their sentence."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (click's signature)
        """Run the command; turn an error raised on purpose into its words and exit code 1."""
        try:
            return super().invoke(ctx)
        except AquaCertError as error:
            reasons = getattr(error, "reasons", ())
            raise click.ClickException("\n  ".join([error.sentence, *reasons])) from error


@click.group(cls=Plain, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """AquaCert 水产苗种产地检疫实验室与电子证书系统."""
    logs.set_up()
    context.obj = opened_house


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
    certificates.tidy(house.database, house.keys, at_start=True)
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
    settle(settings)
    os.environ.setdefault("AQUACERT_WARM_PAGES", str(WARM_PAGES))
    worker = None if no_work else start_worker()
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
        if worker is not None:
            worker.terminate()
            worker.wait()


def settle(settings: Settings) -> None:
    """Settle what a crash left: numbers without a certificate are made void, with the reason."""
    house = composition.open_house(settings)
    try:
        with house.database.look() as look:
            behind = standing(look.session)
        if behind:
            raise click.ClickException(behind)
        done = certificates.tidy(house.database, house.keys, at_start=True)
    finally:
        house.database.close()
    if done.anything:
        click.echo(
            f"上次中断留下的已处理：放弃 {done.abandoned} 次签发，"
            f"作废 {done.voided} 个证号，跳过 {done.skipped} 个证号"
        )


def start_worker() -> subprocess.Popen[bytes]:
    """Start one outbox worker as a child: the server forks, and a thread would be torn by that."""
    command = [sys.executable, "-m", "aquacert.cli", "work", "--with-parent", str(os.getpid())]
    return subprocess.Popen(command)


@main.command()
@click.option("--with-parent", type=int, metavar="PID", help="Stop when this parent ends.")
def work(with_parent: int | None) -> None:
    """Run an outbox worker until interrupted."""
    stop = threading.Event()
    if with_parent is not None:
        threading.Thread(target=watch_parent, args=(with_parent, stop), daemon=True).start()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    house = composition.open_house(Settings.from_env())
    rounds = composition.rounds_of(house)
    threading.Thread(target=rounds.run_until, args=(stop,), daemon=True).start()
    runner = composition.runner_of(house)
    threading.Thread(target=watch_tasks, args=(runner, stop), daemon=True).start()
    runner.run_until(stop)
    house.database.close()


def watch_parent(parent: int, stop: threading.Event) -> None:
    """Set `stop` once the parent is gone, however it went, be it while we were starting."""
    while not stop.wait(1):
        if os.getppid() != parent:
            stop.set()


def watch_tasks(runner: Runner, stop: threading.Event) -> None:
    """Begin this worker anew, under the same process id, when one of its tasks hangs.

    A typesetter that never comes back cannot be interrupted from Python; replacing the program ends
    it. The task is put back first, so that the others come before its next try.
    """
    while not stop.wait(WATCH_SECONDS):
        job = runner.stuck()
        if job is None:
            continue
        with contextlib.suppress(SQLAlchemyError):  # its lease runs out as well
            runner.let_go(job)
        os.execv(sys.executable, [sys.executable, "-m", "aquacert.cli", *sys.argv[1:]])  # noqa: S606


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


def opened_house() -> House:
    """Return this installation, opened."""
    return composition.open_house(Settings.from_env())


def opened() -> Database:
    """Return the database of this installation."""
    return composition.open_house(Settings.from_env()).database


def watch_log(house: House, look: Look) -> tuple[str, ...]:
    """Return everything that is wrong between the public log and the rows it speaks of."""
    return public_log.monitor(look, house.keys).wrong


@main.command()
def demo() -> None:
    """Run the main job end to end on the shipped data; write demo.json."""
    settings = Settings.from_env()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    prepare(settings)
    step = itertools.count(1)

    def said(words: str) -> None:
        click.echo(f"[{next(step):2}] {words}")

    done = run(settings, open_story, said)
    found = done["certificate"]
    click.echo(f"\n证明编号  {found['number']}")
    click.echo(f"二维码    {found['url']}")
    click.echo(f"文书      {settings.data_dir / found['pdf']}")
    click.echo(f"          {settings.data_dir / found['docx']}")
    for report in done["demo"]["reports"]:
        click.echo(f"检测报告  {settings.data_dir / report['pdf']}")
    click.echo(f"账号      {done['path']}（岗位、口令、动态口令种子、接口令牌）")


def open_story(settings: Settings, clock: FixedClock) -> tuple[House, Runner]:
    """Open the house on the story's clock, with the runner of its outbox."""
    house = composition.open_house(settings, clock)
    return house, composition.runner_of(house)


main.add_command(check_command(opened_house, watch_log))
main.add_command(documents_commands(opened_house))
main.add_command(draws_commands(opened))
main.add_command(feeds)
main.add_command(keys_commands(opened_house))
main.add_command(log_commands(opened_house))
main.add_command(verify_command)
main.add_command(labs)
main.add_command(token_commands(opened))
main.add_command(trust_commands(opened_house))
main.add_command(administrator_command(opened))


if __name__ == "__main__":
    main()
