"""`aquacert labs read FILE`: show what the product reads in an instrument's file, and what it refuses.

The JSON is a contract with programs outside: keys are added, never renamed or taken away. `cq` is a number of cycles, or
null when nothing was detected or the well is excluded (`why` tells which). With `--curves` each reading also has
`amplification`, a list of [cycle, fluorescence], and `melt`, a list of [°C, fluorescence], numbers as the file has them.
"""

import json
from pathlib import Path
from typing import Any

import click

from aquacert.kernel.errors import Invalid
from labs.instruments.parsers import read_instrument_file
from labs.instruments.rules import InstrumentRun, Refusal, WellReading


@click.group("labs")
def labs() -> None:
    """实验室：读取仪器文件。Read instrument files."""


@labs.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="一次打印全部内容（JSON）。Print everything as JSON."
)
@click.option("--curves", is_flag=True, help="JSON 中带荧光曲线。Add the curves to the JSON.")
@click.option("--limit", default=20, show_default=True, help="最多列出多少行。Rows to list.")
def read(file: Path, *, as_json: bool, curves: bool, limit: int) -> None:
    """读取 RDML、QuantStudio 或 CSV 文件；不写任何东西。Read a file; write nothing."""
    try:
        run = read_instrument_file(file.read_bytes(), file.name, curves=curves)
    except Invalid as error:
        raise click.ClickException(error.sentence) from error
    if as_json:
        click.echo(json.dumps(as_told(run, curves=curves), ensure_ascii=False, indent=1))
        return
    _print(run, limit)


def as_told(run: InstrumentRun, *, curves: bool = False) -> dict[str, Any]:
    """Return a run as the JSON tells it."""
    return {
        "name": run.name,
        "sha256": run.sha256,
        "source": run.source,
        "profile": run.profile,
        "instrument": run.instrument,
        "ran_at": run.ran_at,
        "cycle_cap": run.cycle_cap,
        "cq_method": run.cq_method,
        "readings": [_reading(each, curves=curves) for each in run.readings],
        "refusals": [_refusal(each) for each in run.refusals],
        "empty": run.empty,
    }


def _reading(reading: WellReading, *, curves: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "run": reading.run,
        "well": reading.well,
        "sample": reading.sample,
        "role": reading.role.value,
        "target": reading.target,
        "cq": None if reading.cq is None else float(reading.cq),
        "why": reading.why.value,
        "row": reading.row,
    }
    if curves:
        told["amplification"] = [list(point) for point in reading.amplification]
        told["melt"] = [list(point) for point in reading.melt]
    return told


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "row": refusal.row,
        "column": refusal.column,
        "code": refusal.code.value,
        "value": refusal.value,
        "sentence": refusal.sentence,
    }


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
