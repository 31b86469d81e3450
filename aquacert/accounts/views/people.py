"""Administration of people: list, add, appoint, end, freeze.

Nobody here sets or learns a password of somebody who has one: see views/recovery.py.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.commands import (
    add_person,
    appoint,
    end_appointment,
    end_sessions,
    first_password,
    freeze_person,
)
from aquacert.accounts.forms import AppointForm, EmptyForm, PersonForm, ReasonForm, choices
from aquacert.accounts.queries import (
    has_code,
    labels_of,
    passkeys_of,
    people_page,
    person_here,
    roles_lines,
    sessions_of,
)
from aquacert.accounts.queries.lending import lendings_of
from aquacert.accounts.queries.organisations import organisations_here
from aquacert.accounts.queries.recovery import recovery_of_person
from aquacert.accounts.rules.roles import ROLE_NAMES
from aquacert.accounts.rules.states import PERSON_STATES, PersonState
from aquacert.accounts.views.blueprint import bp
from aquacert.http.forms import Form
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.reference.rules.masking import mask_name, mask_phone


@bp.get("/people")
@allowed(P.ACCOUNT_MANAGE)
def people() -> ResponseReturnValue:
    """List the people appointed in the own jurisdiction; names and numbers masked."""
    words, role = request.args.get("q", ""), request.args.get("role", "")
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = people_page(unit, words, role, number)
        labels = labels_of(unit, pages.items)
    return page(
        "accounts/people.html",
        pages=pages,
        labels=labels,
        q=words,
        role=role,
        roles=ROLE_NAMES,
        states=PERSON_STATES,
        mask_name=mask_name,
        mask_phone=mask_phone,
    )


def body_choices(unit: Look) -> list[SelectChoice]:
    """Return the bodies that the actor administers, as choices of a field."""
    rows = unit.scalars(organisations_here(unit).limit(500))
    return choices((str(row.id), f"{row.name_zh}（{row.division_code}）") for row in rows)


@bp.route("/people/new", methods=["GET", "POST"])
@allowed(P.ACCOUNT_MANAGE)
def new_person() -> ResponseReturnValue:
    """Add a person. The first password is made here, shown once, and must be changed."""
    form = PersonForm()
    with look() as unit:
        form.organisation_id.choices = body_choices(unit)
    if form.validate_on_submit():
        chosen = first_password()
        asked = form.asked()
        with form.catching(), work() as w:
            asked["organisation_id"] = UUID(asked["organisation_id"])
            asked["division_code"] = asked["division_code"] or None
            person_id = add_person(
                w, **asked, password=chosen, must_change_password=True, is_phone_free=True
            )
        if not form.wrong:
            return page(
                "accounts/first_password.html",
                username=form.username.data,
                password=chosen,
                person_id=person_id,
            )
    return page("accounts/new_person.html", form=form), form.status


@bp.get("/people/<uuid:person_id>")
@allowed(P.ACCOUNT_MANAGE)
def show_person(person_id: UUID) -> ResponseReturnValue:
    """Show one account: roles past and present, sign-ins, what may be done."""
    return person_page(person_id)


def person_page(person_id: UUID, **forms: Form) -> ResponseReturnValue:
    """Return the page of one account; `forms` replaces a form that has to be corrected."""
    with look() as unit:
        row = person_here(unit, person_id)
        appointing = forms.get("appointing") or AppointForm()
        appointing.organisation_id.choices = body_choices(unit)
        context = {
            "row": row,
            "lines": roles_lines(unit, person_id),
            "lendings": lendings_of(unit, person_id),
            "recovering": recovery_of_person(unit, person_id),
            "has_code": has_code(unit, person_id),
            "keys": len(passkeys_of(unit, person_id)),
            "sessions": sessions_of(unit, person_id),
            "appointing": appointing,
            "act": EmptyForm(),
            "reasoned": forms.get("reasoned") or ReasonForm(),
            "states": PERSON_STATES,
            "frozen": row.state == PersonState.FROZEN,
        }
    status = max((form.status for form in forms.values()), default=200)
    return page("accounts/person.html", **context), status


@bp.post("/people/<uuid:person_id>/appoint")
@allowed(P.ACCOUNT_MANAGE)
def appoint_person(person_id: UUID) -> ResponseReturnValue:
    """Give somebody one more role."""
    form = AppointForm()
    with look() as unit:
        person_here(unit, person_id)
        form.organisation_id.choices = body_choices(unit)
    here = url_for(".show_person", person_id=person_id)
    if form.validate_on_submit():
        asked = form.asked()
        with form.catching(), work(once=form.key()) as w:
            asked["organisation_id"] = UUID(asked["organisation_id"])
            asked["division_code"] = asked["division_code"] or None
            last = asked.pop("last_on")
            asked["until_on"] = last + timedelta(days=1) if last else None
            appoint(w, person_id=person_id, **asked)
            w.reply = here
        if not form.wrong:
            flash(_("已任命，马上生效"))
            return redirect(here)
    return person_page(person_id, appointing=form)


def with_reason(
    person_id: UUID, act: Callable[[Work, str], object], done: str
) -> ResponseReturnValue:
    """Run an act that needs a reason on somebody the actor administers."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return person_page(person_id, reasoned=form)
    here = url_for(".show_person", person_id=person_id)
    with look() as unit:
        person_here(unit, person_id)
    with work(once=form.key()) as w:
        act(w, form.reason.data)
        w.reply = here
    flash(done)
    return redirect(here)


@bp.post("/people/<uuid:person_id>/roles/<uuid:membership_id>/end")
@allowed(P.ACCOUNT_MANAGE)
def end_role(person_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """End one role from today."""
    return with_reason(
        person_id,
        lambda w, reason: end_appointment(w, membership_id, reason=reason),
        _("任命已终止"),
    )


@bp.post("/people/<uuid:person_id>/freeze")
@allowed(P.ACCOUNT_MANAGE)
def freeze(person_id: UUID) -> ResponseReturnValue:
    """Stop somebody from signing in, and end every sign-in."""

    def act(w: Work, reason: str) -> None:
        freeze_person(w, person_id, frozen=True, reason=reason)
        end_sessions(w, person_id, because=_("账号已冻结"))

    return with_reason(person_id, act, _("账号已冻结，登录都已结束"))


@bp.post("/people/<uuid:person_id>/thaw")
@allowed(P.ACCOUNT_MANAGE)
def thaw(person_id: UUID) -> ResponseReturnValue:
    """Let somebody sign in again."""
    return with_reason(
        person_id,
        lambda w, reason: freeze_person(w, person_id, frozen=False, reason=reason),
        _("账号已恢复"),
    )
