"""Doors of the import: send a file, look at what it would do, take it or leave it."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.bench import queries
from labs.bench.commands import commit_file, discard_file, stage_file
from labs.bench.forms import FileForm, TakeForm
from labs.bench.models import InstrumentFile
from labs.bench.queries.plan import plan_of_file
from labs.bench.rules import FileState
from labs.bench.views.blueprint import bp
from labs.instruments.rules import ROLE_WORDS
from labs.register.forms import EmptyForm
from labs.register.queries import own_lab


@bp.route("/files/new", methods=["GET", "POST"])
@allowed(P.LAB_ENTER)
def new_file() -> ResponseReturnValue:
    """Send an instrument's file; nothing is taken before the preview."""
    form = FileForm()
    if form.validate_on_submit():
        sent = form.file.data
        with form.trying(), work(once=form.key()) as w:
            file_id = stage_file(w, own_lab(w), sent.read(), sent.filename or "")
            w.reply = url_for(".file", file_id=file_id)
            # The same bytes again are the same file: then nothing changes and nothing is to explain.
        if not form.wrong:
            return redirect(w.reply or "")
    return page("labs/new_file.html", form=form), form.status


@bp.get("/files/<uuid:file_id>")
@allowed(P.LAB_READ)
def file(file_id: UUID) -> ResponseReturnValue:
    """What a file would do, row by row."""
    return _preview(file_id, TakeForm(formdata=None))


@bp.post("/files/<uuid:file_id>/take")
@allowed(P.LAB_ENTER)
def take(file_id: UUID) -> ResponseReturnValue:
    """Take a file's good rows."""
    form = TakeForm()
    with form.trying(), work(once=form.key()) as w:
        done = commit_file(w, file_id, keep_good=bool(form.keep_good.data))
        w.reply = url_for(".run", run_id=done.run_ids[0])
    return _preview(file_id, form) if form.wrong else redirect(w.reply or "")


@bp.post("/files/<uuid:file_id>/leave")
@allowed(P.LAB_ENTER)
def leave(file_id: UUID) -> ResponseReturnValue:
    """Leave a file."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        discard_file(w, file_id)
        w.reply = url_for(".owed")
    return redirect(url_for(".owed"))


def _preview(file_id: UUID, form: TakeForm) -> tuple[str, int]:
    with look() as unit:
        row = unit.get(InstrumentFile, file_id)
        is_open = row.state == FileState.STAGED
        html = page(
            "labs/file.html",
            file=row,
            plan=plan_of_file(unit, row) if is_open else None,
            runs=queries.runs_of_file(unit, file_id),
            roles=ROLE_WORDS,
            form=form,
            leave_form=EmptyForm(formdata=None),
        )
    return html, form.status
