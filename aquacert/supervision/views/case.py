"""Doors of a case's archive: ask for it with a reason, take it when it is made."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from aquacert.declarations.queries import facts as papers
from aquacert.http.gates import allowed, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.files import StoredFile
from aquacert.kernel.permissions import P
from aquacert.supervision.commands import ask_case, make_case, take_case
from aquacert.supervision.forms import CaseForm
from aquacert.supervision.queries.case import (
    case_facts,
    case_files,
    weight_of,
)
from aquacert.supervision.rules import CASE_WORDS, CaseState
from aquacert.supervision.views.blueprint import bp

AT_ONCE = 8 << 20
"""Bytes of pictures up to which an archive is made while its asker waits."""


@bp.route("/cases/<uuid:declaration_id>", methods=["GET", "POST"])
@allowed(P.CASE_ARCHIVE)
def case(declaration_id: UUID) -> ResponseReturnValue:
    """The archive of a whole case: what it will hold, ask for it, take what was made."""
    form = CaseForm()
    here = url_for(".case", declaration_id=declaration_id)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            case_id = ask_case(w, declaration_id, because=form.because.data or "")
            is_small = weight_of(w, declaration_id) <= AT_ONCE
            w.reply = here
        if not form.wrong:
            if is_small:
                make_case(house().database, case_id)
            return redirect(here)
    with look() as unit:
        facts, entries = case_facts(unit, declaration_id)
        shown = page(
            "supervision/case.html",
            paper=papers.declaration(unit, declaration_id),
            facts=facts,
            groups=_groups([one.path for one in entries]),
            files=[
                (row, _size(unit.session.get(StoredFile, row.file_id) if row.file_id else None))
                for row in case_files(unit, declaration_id)
            ],
            words=CASE_WORDS,
            waiting=CaseState.WAITING.value,
            form=form,
        )
    return shown, form.status


@bp.get("/cases/files/<uuid:case_id>.zip")
@allowed(P.CASE_ARCHIVE)
def case_zip(case_id: UUID) -> ResponseReturnValue:
    """The archive, to the one who asked for it and said why."""
    with work() as w:
        file = take_case(w, case_id)
    path = house().database.files.path(file.sha256)
    return send_file(path, mimetype=file.media_type, as_attachment=True, download_name=file.name)


def _groups(paths: list[str]) -> list[tuple[str, int]]:
    """Return each folder of the archive without its digit, and how many files lie in it."""
    found: dict[str, int] = {}
    for path in sorted(paths):
        group = path.split("/")[0].partition("-")[2]
        found[group] = found.get(group, 0) + 1
    return list(found.items())


def _size(file: StoredFile | None) -> str:
    """Return a file's size as people read it."""
    if file is None:
        return ""
    return f"{file.size / (1 << 20):.1f} MB" if file.size >= 1 << 20 else f"{file.size >> 10} KB"
