"""Doors of checking many at once: bring, watch, stop, fetch the report.

Strangers may check 20 at a time and are throttled; whoever signed in, 500. Without script the page
asks for itself again every two seconds; each time a little is judged.
"""

from __future__ import annotations

import io
import time
from contextlib import closing

from flask import redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from aquacert.accounts.rules.roles import TRADE
from aquacert.http.gates import current_actor, house, look, open_to_all
from aquacert.http.pages import page
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import TooMany
from aquacert.kernel.permissions import P
from aquacert.verification.documents.report import TYPE, report
from aquacert.verification.forms import BulkForm, StepForm
from aquacert.verification.queries.bulk import Bench, counted
from aquacert.verification.queries.jobs import Job, Jobs
from aquacert.verification.rules.bulk import limit
from aquacert.verification.views.desk import bp, caller, desk, steady

STEP_SECONDS = 1.5
"""How long one request judges; then it answers, and the next one goes on."""
MOST_SHOWN = 200
OPEN = "任何人都可以批量查验，次数有限"


@bp.route("/verify/bulk", methods=["GET", "POST"])
@open_to_all(OPEN)
def verify_bulk() -> ResponseReturnValue:
    """Bring files and lists; they become one job."""
    form = BulkForm()
    most = limit(is_known=current_actor().is_known)
    if form.validate_on_submit():
        if not desk().bulk.allows(caller(), steady()):
            raise TooMany(_("查得太快了，请过几分钟再查。"))
        brought = [_read(file) for file in form.files.data or () if file.filename]
        with form.catching():
            now = house().database.clock.now()
            name = _jobs().create(_owner(), brought, form.lines.data or "", most, now)
            return redirect(url_for(".verify_job", name=name), code=303)
    return page("verification/bulk.html", form=form, most=most, phone=_on_a_phone()), form.status


@bp.get("/verify/bulk/<name>")
@open_to_all(OPEN)
def verify_job(name: str) -> ResponseReturnValue:
    """Judge a little, then show how far a job is: a client without script asks again and again."""
    job = _jobs().find(name, _owner())
    if not job.is_done:
        job = _stepped(job)
    return _shown(job)


@bp.post("/verify/bulk/<name>/step")
@open_to_all(OPEN)
def verify_step(name: str) -> ResponseReturnValue:
    """Judge as many items as a moment allows; answer the part of the page that changed."""
    job = _stepped(_jobs().find(name, _owner()))
    return page("verification/bulk_rows.html", **_context(job))


@bp.post("/verify/bulk/<name>/drop")
@open_to_all(OPEN)
def verify_drop(name: str) -> ResponseReturnValue:
    """Stop a job and delete everything of it."""
    jobs = _jobs()
    jobs.drop(jobs.find(name, _owner()))
    return redirect(url_for(".verify_bulk"), code=303)


@bp.get("/verify/bulk/<name>/report.xlsx")
@open_to_all(OPEN)
def verify_report(name: str) -> ResponseReturnValue:
    """Give the report of what was judged until now."""
    job = _jobs().find(name, _owner())
    at = house().database.clock.now().astimezone(SHANGHAI)
    left = len(job.items) - len(job.rows)
    data = report(job.rows, f"{at:%Y-%m-%d %H:%M:%S}", left=left)
    return send_file(
        io.BytesIO(data), mimetype=TYPE, download_name=f"批量查验-{at:%Y%m%d-%H%M}.xlsx"
    )


def _read(file: FileStorage) -> tuple[str, bytes]:
    """Return name and bytes of an upload, and let its temporary file go."""
    with closing(file):
        return file.filename or "?", file.stream.read()


def _stepped(job: Job) -> Job:
    until = time.monotonic() + STEP_SECONDS
    bare = current_actor().may(P.CERTIFICATE_READ)
    desk().keys.refresh()
    with look() as unit:
        bench = Bench(unit, house().keys, desk().keys.trust, bare=bare)
        return _jobs().step(job, bench.judge, lambda: time.monotonic() < until)


def _shown(job: Job) -> str:
    return page("verification/bulk_job.html", **_context(job))


def _context(job: Job) -> dict[str, object]:
    return {
        "job": job,
        "counts": counted(job.rows),
        "shown": job.rows[-MOST_SHOWN:][::-1],
        "step": StepForm(),
        "phone": _on_a_phone(),
    }


def _jobs() -> Jobs:
    return Jobs(house().settings.data_dir / "bulk")


def _owner() -> str:
    actor = current_actor()
    return str(actor.person_id) if actor.is_known else ""


def _on_a_phone() -> bool:
    """Say whether the phone's frame fits: strangers and the trade; officials sit at a desk."""
    actor = current_actor()
    return not actor.is_known or bool(actor.roles & {role.value for role in TRADE})
