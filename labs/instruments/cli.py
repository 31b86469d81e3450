"""`aquacert labs read FILE`: show what the product reads in an instrument's file, and what it refuses."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers import read_instrument_file
from labs.instruments.rules import InstrumentRun


@click.group("labs")
def labs() -> None:
    """实验室：读取仪器文件。Read instrument files."""


@labs.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="一次打印全部内容（JSON）。Print everything as JSON."
)
@click.option("--limit", default=20, show_default=True, help="最多列出多少行。Rows to list.")
def read(file: Path, *, as_json: bool, limit: int) -> None:
    """读取 RDML、QuantStudio 或 CSV 文件；不写任何东西。Read a file; write nothing."""
    try:
        run = read_instrument_file(file.read_bytes(), file.name)
    except Invalid as error:
        raise click.ClickException(error.sentence) from error
    if as_json:
        click.echo(json.dumps(asdict(run), ensure_ascii=False, default=str, indent=1))
        return
    _print(run, limit)


def _print(run: InstrumentRun, limit: int) -> None:
    """Print a run for people."""
    cap = run.cycle_cap or "未写明"
    click.echo(f"{run.name}  {run.source}  仪器 {run.instrument or '未写明'}  循环数 {cap}")
    click.echo(f"sha256 {run.sha256}")
    click.echo(f"收 {len(run.readings)} 孔，不认 {len(run.refusals)} 行，空孔 {run.empty}")
    for reading in run.readings[:limit]:
        cq = "无" if reading.cq is None else f"{reading.cq:.2f}"
        fields = (reading.run, reading.well, reading.sample, reading.role, reading.target)
        click.echo("  ".join([*fields, cq, reading.why]))
    for refusal in run.refusals[:limit]:
        click.echo(
            f"第 {refusal.row} 行 {refusal.column} “{refusal.value}”：{refusal.sentence}", err=True
        )
