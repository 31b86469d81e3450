"""What a signature covers, gathered as it stands now: results, wells, runs with their controls, rule versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Result, WellRow
from labs.bench.queries import run_validity, wells_of_results
from labs.bench.queries.validity import controls_of
from labs.bench.queries.wells import internal_controls
from labs.bench.rules import Validity
from labs.intake.models import Item
from labs.quality.queries import faults as chart_faults
from labs.register.models import LabScope
from labs.review.models import Signature, SignedResult
from labs.review.queries.hands import by_id
from labs.review.rules import RECORD, digest_of, meaning_of


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything behind some results, asked for once."""

    runs: dict[UUID, BenchRun]
    scopes: dict[UUID, LabScope]
    items: dict[UUID, Item]
    wells: dict[UUID, list[WellRow]]
    ics: dict[UUID, dict[str, WellRow]]
    judged: dict[tuple[UUID, UUID], Validity]

    def controls(self, row: Result) -> list[WellRow | None]:
        """Return the internal control beside each well of a result."""
        beside = self.ics[row.run_id]
        return [beside.get(well.well) for well in self.wells[row.id]]


@dataclass(frozen=True, slots=True)
class Record:
    """The record of some results, its SHA-256, what signing it means, and the SHA-256 of each result's part."""

    plain: dict[str, Any]
    digest: str
    meaning: str
    parts: dict[UUID, str]


def bench_of(look: Look, rows: Sequence[Result]) -> Bench:
    """Gather what stands behind some results, in few questions."""
    runs = by_id(look, BenchRun, {row.run_id for row in rows})
    scopes = by_id(look, LabScope, {row.scope_id for row in rows})
    pairs = {(row.run_id, row.scope_id) for row in rows}
    return Bench(
        runs=runs,
        scopes=scopes,
        items=by_id(look, Item, {row.item_id for row in rows}),
        wells=wells_of_results(look, [row.id for row in rows]),
        ics={run_id: internal_controls(look, run_id) for run_id in runs},
        judged={
            (run, scope): run_validity(look, runs[run], scopes[scope])
            for run, scope in sorted(pairs)
        },
    )


def charts_against(look: Look, bench: Bench) -> dict[UUID, tuple[str, ...]]:
    """Return why the control charts reject each of these runs; () where they do not."""
    return {key: tuple(chart_faults(look, run)) for key, run in bench.runs.items()}


def record_of(look: Look, rows: Sequence[Result]) -> Record:
    """Return the record of some results as it stands now. The same facts give the same bytes."""
    bench = bench_of(look, rows)
    ordered = sorted(rows, key=lambda row: str(row.id))
    runs = {str(key): _run(look, bench, run) for key, run in sorted(bench.runs.items())}
    rules = {str(key): _rule(scope) for key, scope in sorted(bench.scopes.items())}
    results = [_result(bench, row) for row in ordered]
    meaning = meaning_of(
        [
            (
                bench.items[row.item_id].blind_code,
                bench.scopes[row.scope_id].disease_code,
                row.outcome,
            )
            for row in ordered
        ]
    )
    plain = {"form": RECORD, "meaning": meaning, "runs": runs, "rules": rules, "results": results}
    parts = {
        row.id: digest_of(
            {
                "result": part,
                "run": runs[str(row.run_id)],
                "rule": rules[str(row.scope_id)],
            }
        )
        for row, part in zip(ordered, results, strict=True)
    }
    return Record(plain, digest_of(plain), meaning, parts)


def _run(look: Look, bench: Bench, run: BenchRun) -> dict[str, Any]:
    """Return a run: what it was made with, its controls, and what stands against it."""
    scopes = [scope for (of, scope) in bench.judged if of == run.id]
    controls = [w for key in scopes for w in controls_of(look, run, bench.scopes[key])]
    faults = {str(key): sorted(bench.judged[run.id, key].faults) for key in scopes}
    return {
        "number": run.number,
        "source": run.source,
        "instrument": run.instrument,
        "instrument_id": _text(run.instrument_id),
        "lot": run.reagent_lot,
        "lot_id": _text(run.lot_id),
        "faults": faults,
        "controls": [_well(well) for well in sorted(controls, key=lambda w: str(w.id))],
    }


def _rule(scope: LabScope) -> dict[str, Any]:
    """Return a rule version: which, and what it says."""
    return {
        "disease": scope.disease_code,
        "method": scope.method_code,
        "standard": scope.method_standard,
        "version": scope.rule_version,
        "rule": scope.decision_rule,
    }


def _result(bench: Bench, row: Result) -> dict[str, Any]:
    """Return a result with its wells and the internal control beside each."""
    wells = bench.wells[row.id]
    ics = [ic for ic in bench.controls(row) if ic is not None]
    return {
        "id": str(row.id),
        "code": bench.items[row.item_id].blind_code,
        "run": str(row.run_id),
        "rule": str(row.scope_id),
        "version": row.version,
        "state": row.state,
        "outcome": row.outcome,
        "finding": row.finding,
        "entered": row.as_entered,
        "lod": row.lod,
        "uncertainty": row.uncertainty,
        "by_hand": row.is_manual,
        "entered_by": _text(row.entered_by_id),
        "tested_on": row.tested_on.isoformat(),
        "wells": [_well(well) for well in wells],
        "internal": [_well(well) for well in ics],
    }


def _well(well: WellRow) -> list[str]:
    """Return a well as it was read."""
    return [str(well.id), well.well, well.sample, well.role, well.target, well.cq_text, well.why]


def _text(key: UUID | None) -> str:
    return "" if key is None else str(key)


def signed_by(look: Look, parts: Mapping[UUID, str]) -> dict[UUID, set[UUID]]:
    """Return who signed each result as it stands now (`parts`: the SHA-256 of each); older states do not count."""
    found: dict[UUID, set[UUID]] = {result_id: set() for result_id in parts}
    for row in look.scalars(select(SignedResult).where(SignedResult.result_id.in_(list(parts)))):
        if row.result_hash == parts[row.result_id]:
            found[row.result_id].add(row.person_id)
    return found


def signatures_of(look: Look, result_id: UUID) -> list[Signature]:
    """Return every signature that covers a result, oldest first; also one under an older state of it."""
    return look.scalars(
        select(Signature)
        .join(SignedResult, SignedResult.signature_id == Signature.id)
        .where(SignedResult.result_id == result_id)
        .order_by(Signature.signed_at, Signature.id)
    )
