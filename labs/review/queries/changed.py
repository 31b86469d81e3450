"""What changed between the versions of a result, and since somebody opened it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries.people import person_label
from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result, WellRow
from labs.bench.queries import needed, versions_of
from labs.bench.queries.wells import is_ic, standing
from labs.bench.rules import ResultState
from labs.intake.models import Item
from labs.register.models import LabScope
from labs.review.queries.record import bench_of
from labs.review.rules import Change, Face, changes, word_of


@dataclass(frozen=True, slots=True)
class Diff:
    """Every field of every version of a result side by side. `has_original` = an instrument's file is at hand."""

    result: Result
    code: str
    disease: str
    titles: tuple[tuple[str, bool], ...]
    changes: tuple[Change, ...]
    has_original: bool
    by: str

    @property
    def count(self) -> int:
        """How many fields the last version changed."""
        return sum(change.is_changed for change in self.changes)


def diff_of(look: Look, row: Result, since: datetime | None = None, saw: str = "") -> Diff:
    """Return what changed in a test's result: over its versions and, with `since`, after that moment.

    `saw` is the outcome that was shown then. The instrument's original is the first version that came from a file.
    """
    versions = versions_of(look, row)
    bench = bench_of(look, versions)
    wells = {
        version.id: [
            *_all_wells(look, version),
            *(ic for ic in bench.controls(version) if ic is not None),
        ]
        for version in versions
    }
    faces: list[Face] = []
    because = ""
    for version in versions:
        run, scope = bench.runs[version.run_id], bench.scopes[version.scope_id]
        seen = [well for well in wells[version.id] if since and well.entered_at <= since]
        is_newer = since is not None and len(seen) < len(wells[version.id])
        if is_newer and seen:
            face = _face(version, run, scope, seen, saw or version.outcome)
            faces.append(Face(f"v{version.version}", face, because, is_seen=True))
            because = "打开之后又有录入"
        face = _face(version, run, scope, wells[version.id], version.outcome)
        faces.append(Face(f"v{version.version}", face, because))
        because = version.because
    first = next((v for v in versions if bench.runs[v.run_id].file_id is not None), None)
    original = {} if first is None else _cqs(_first(wells[first.id]))
    newest = versions[-1]
    return Diff(
        result=newest,
        code=needed(look, Item, row.item_id).blind_code,
        disease=bench.scopes[newest.scope_id].disease_code,
        titles=tuple((face.title, face.is_seen) for face in faces),
        changes=tuple(changes(original, faces)),
        has_original=first is not None,
        by=person_label(look, newest.entered_by_id) if newest.entered_by_id else "系统",
    )


def _all_wells(look: Look, row: Result) -> list[WellRow]:
    """Return every well of a result, replaced ones too, as they were written."""
    return look.scalars(select(WellRow).where(WellRow.result_id == row.id).order_by(WellRow.id))


def _first(wells: Iterable[WellRow]) -> list[WellRow]:
    """Keep what was written first."""
    return [well for well in wells if well.revision == 0]


def _cqs(wells: Iterable[WellRow]) -> dict[str, str]:
    """Return the Cq of each well by its target and its place among the replicates."""
    counted: dict[str, int] = {}
    found: dict[str, str] = {}
    for well in wells:
        name = "内参" if is_ic(well) else well.target
        counted[name] = counted.get(name, 0) + 1
        found[f"{name} Cq 孔 {counted[name]}"] = well.cq_text
    return found


def _face(
    row: Result, run: BenchRun, scope: LabScope, wells: Sequence[WellRow], outcome: str
) -> dict[str, str]:
    """Return what a version shows, field by field."""
    edited = sum(well.revision > 0 for well in wells)
    facts = {
        **_cqs(standing(wells)),
        "判读依据": row.finding,
        "原样录入": row.as_entered,
        "检出限": row.lod,
        "不确定度": row.uncertainty,
        "手工改动": f"{edited} 处" if edited else "",
        "仪器": run.instrument,
        "试剂批号": run.reagent_lot,
        "运行": run.number,
        "判定规则": f"v{scope.rule_version}",
        "检测日期": row.tested_on.isoformat(),
        "结果": word_of(outcome),
    }
    return {name: value for name, value in facts.items() if value}


def moved_on(look: Look, result_ids: Sequence[UUID], since: datetime | None) -> list[Diff]:
    """Return, of results that were shown together, those that are no longer what they were."""
    found: list[Diff] = []
    for row in look.scalars(
        select(Result).where(Result.id.in_(list(result_ids)), look.visible(Result))
    ):
        late = since is not None and any(w.entered_at > since for w in _all_wells(look, row))
        newest = versions_of(look, row)[-1]
        if late or newest.id != row.id or row.state != ResultState.ENTERED:
            found.append(diff_of(look, row, since))
    return sorted(found, key=lambda diff: diff.code)
