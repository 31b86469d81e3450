"""The page of one run: the plate with what stands beside it, or the list of its wells."""

from typing import Any
from uuid import UUID

from flask import request
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.queries.people import person_label
from aquacert.http.gates import look
from aquacert.http.pages import page
from aquacert.kernel.work import Look
from labs.bench import queries
from labs.bench.commands.concluding import failed
from labs.bench.forms import (
    ControlForm,
    EquipForm,
    FindingForm,
    SubmitForm,
    WellForm,
    id_or_none,
)
from labs.bench.models import BenchRun
from labs.bench.queries.curves import curves_of
from labs.bench.queries.panel import checks, whys
from labs.bench.queries.plate import Cell, Plate, column_wise, plate_of, scopes_on
from labs.bench.rules import OUTCOME_WORDS, RESULT_MOVES, SENTENCES
from labs.bench.rules.cells import KIND_WORDS, CellKind
from labs.bench.views.equipping import offer_equipment
from labs.instruments.rules import ROLE_WORDS
from labs.register.forms import EmptyForm, ReasonForm
from labs.register.models import LabScope
from labs.register.queries import scopes_of
from labs.register.rules import MethodKind
from labs.turnaround.queries import due_of

LOUD = (CellKind.GREY, CellKind.VOID, CellKind.POSITIVE, CellKind.OPEN)


def offer(
    run_id: UUID, form: WellForm | ControlForm | FindingForm, kind: MethodKind = MethodKind.QPCR
) -> None:
    """Offer the tests that the run's laboratory may do."""
    with look() as unit:
        scopes = _scopes(unit, unit.get(BenchRun, run_id), kind)
    named = {s.disease_code: f"{s.disease_name_zh}（{s.disease_code}）" for s in scopes}
    form.disease_code.choices = [SelectChoice(code, name) for code, name in sorted(named.items())]


def _scopes(unit: Look, run: BenchRun, kind: MethodKind) -> list[LabScope]:
    """Return what the laboratory may enter in this run, in one way or the other."""
    return [
        s
        for s in scopes_of(unit, run.lab_id)
        if s.kind == kind and s.from_on <= run.opened_on <= s.until_on
    ]


def run_page(
    run_id: UUID,
    *,
    well_form: WellForm | None = None,
    control_form: ControlForm | None = None,
    finding_form: FindingForm | None = None,
    equip_form: EquipForm | None = None,
    submit_form: SubmitForm | None = None,
    repeat_form: ReasonForm | None = None,
) -> tuple[str, int]:
    """Show a run with its ways of entry; a form that was refused comes back with its sentences."""
    forms = {
        "well_form": well_form or _well_form(),
        "control_form": control_form or ControlForm(formdata=None),
        "finding_form": finding_form or FindingForm(formdata=None),
        "equip_form": equip_form or EquipForm(formdata=None),
        "submit_form": submit_form or SubmitForm(formdata=None),
        "repeat_form": repeat_form or ReasonForm(formdata=None),
    }
    offer(run_id, forms["well_form"])
    offer(run_id, forms["control_form"])
    offer(run_id, forms["finding_form"], MethodKind.FINDING)
    with look() as unit:
        row = unit.get(BenchRun, run_id)
        has_places = row.worksheet_id is not None or row.file_id is not None
        assay = id_or_none(request.args.get("assay"))
        plate = plate_of(unit, row, assay) if has_places else None
        disease = plate.scope.disease_code if plate else None
        offer_equipment(unit, forms["equip_form"], row.lab_id, disease)
        html = page(
            "labs/run.html",
            **forms,
            **_facts(unit, row),
            **(
                plate_facts(unit, plate, request.args.get("well", "")) if plate else {"plate": None}
            ),
            view=request.args.get("view", "target"),
            token=EmptyForm(formdata=None),
            reason_form=ReasonForm(formdata=None),
        )
    return html, max(form.status for form in forms.values())


def _well_form() -> WellForm:
    form = WellForm(formdata=None)
    form.code.data = request.args.get("code", "")
    return form


def _facts(unit: Look, row: BenchRun) -> dict[str, Any]:
    """Gather what a run shows with or without a plate."""
    wells = queries.wells_of(unit, row.id)
    used = {w.scope_id for w in wells if w.scope_id is not None}
    judged = [
        (s, queries.run_validity(unit, row, s)) for s in scopes_of(unit, row.lab_id) if s.id in used
    ]
    return {
        "run": row,
        "wells": wells,
        "lines": queries.lines(unit, queries.results_of_run(unit, row.id)),
        "checks": judged,
        "is_failed": any(failed(validity) for _scope, validity in judged),
        "technician": person_label(unit, row.opened_by_id) if row.opened_by_id else "",
        "faults": SENTENCES,
        "outcomes": OUTCOME_WORDS,
        "roles": ROLE_WORDS,
        "states": RESULT_MOVES.words,
        "assays": scopes_on(unit, row),
    }


def plate_facts(unit: Look, plate: Plate, well: str) -> dict[str, Any]:
    """Gather what the plate and the panels beside it show, for the well that is looked at."""
    here = plate.cells.get(well) or first_look(plate)
    cells = [] if here is None or here.is_control else plate.samples.get(here.label, [])
    orders = [c.order_id for c in plate.cells.values() if c.order_id is not None]
    if not orders:  # an instrument's file places nothing: what it answered is known by its results
        orders = [row.order_id for row in queries.results_of_run(unit, plate.run.id)]
    dues = [line.at for line in due_of(unit, orders).values() if line.at is not None]
    return {
        "plate": plate,
        "spot": here,
        "sample_cells": cells,
        "panel": checks(unit, plate),
        "whys": whys(unit, plate, cells),
        "curves": curves_of(unit, plate, cells),
        "kinds": KIND_WORDS,
        "due": min(dues, default=None),
    }


def first_look(plate: Plate) -> Cell | None:
    """Return the well to look at first: the next to be entered, else the first that is not plainly negative."""
    cells = sorted(plate.cells.values(), key=column_wise)
    order = (CellKind.OPEN, *LOUD) if plate.is_open else LOUD
    for kind in order:
        for cell in cells:
            if cell.kind is kind:
                return cell
    return cells[0] if cells else None
