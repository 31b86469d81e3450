"""Doors of the profiles: what is read by which, make one, try it on a file, save it, retire it."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from labs.instruments.commands import keep_profile, retire_profile
from labs.instruments.forms import ProfileForm
from labs.instruments.parsers import try_profile
from labs.instruments.parsers.shipped import shipped
from labs.instruments.queries import live_profiles, profile_row, read_by
from labs.instruments.rules import ROLE_WORDS, InstrumentRun
from labs.instruments.rules.profiles import BadProfile, Profile, profile_of
from labs.register.forms import EmptyForm
from labs.register.queries import own_lab

bp = Blueprint("labs_instruments", __name__, url_prefix="/labs/profiles")


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """The profiles a file is tried with, in their order."""
    with look() as unit:
        return page(
            "labs/profiles.html",
            own=live_profiles(unit, own_lab(unit)),
            shipped=shipped(),
            retire_form=EmptyForm(formdata=None),
        )


@bp.route("/new", methods=["GET", "POST"])
@allowed(P.LAB_ENTER)
def new() -> ResponseReturnValue:
    """Make a profile or its next version: try it on a file, then save it. `?of=` begins from one that is there."""
    form = ProfileForm()
    if not form.is_submitted():
        _begin(form, request.args.get("of", ""))
        return page("labs/profile.html", form=form, run=None, roles=ROLE_WORDS)
    tried: InstrumentRun | None = None
    if form.validate():
        tried = _tried(form)
        if not form.wrong and not form.attempt.data:
            return _keep(form)
    return page("labs/profile.html", form=form, run=tried, roles=ROLE_WORDS), form.status


@bp.post("/<code>/retire")
@allowed(P.LAB_ENTER)
def retire(code: str) -> ResponseReturnValue:
    """Try a profile no longer."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        retire_profile(w, own_lab(w), code)
        w.reply = url_for(".index")
    return redirect(url_for(".index"))


def _begin(form: ProfileForm, code: str) -> None:
    """Fill an empty form from a profile of the laboratory, or a shipped one under a name of its own."""
    with look() as unit:
        row = profile_row(unit, own_lab(unit), code) if code else None
        if row is not None:
            form.show(read_by(row))
            return
    found = next((profile for profile in shipped() if profile.code == code), None)
    if found is not None:
        form.show(found)
        form.code.data = f"{found.code}-2"


def _profile(form: ProfileForm) -> Profile | None:
    """Return the profile the form makes; its faults go to its fields."""
    try:
        return profile_of(form.code.data or "", 1, form.rows())
    except BadProfile as bad:
        if bad.field_name in form:
            form[bad.field_name].errors = [*form[bad.field_name].errors, bad.sentence]
        else:
            form.form_errors.append(bad.sentence)
        return None


def _tried(form: ProfileForm) -> InstrumentRun | None:
    """Read the sent file by the profile alone; None without a file."""
    profile = _profile(form)
    sent = form.file.data
    if profile is None or not sent:
        if form.attempt.data and profile is not None:
            form.file.errors = [*form.file.errors, "请选一个文件试读"]
        return None
    try:
        return try_profile(sent.read(), sent.filename or "", profile)
    except Invalid as error:
        form.file.errors = [*form.file.errors, error.sentence]
        return None


def _keep(form: ProfileForm) -> ResponseReturnValue:
    """Save the profile."""
    saved: UUID | None = None
    with form.trying(), work(once=form.key()) as w:
        saved = keep_profile(
            w,
            own_lab(w),
            code=form.code.data or "",
            title=form.title.data or "",
            rows=form.rows(),
        )
        w.reply = url_for(".index")
    if saved is None or form.wrong:
        return page("labs/profile.html", form=form, run=None, roles=ROLE_WORDS), form.status
    return redirect(url_for(".index"))
