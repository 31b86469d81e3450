"""A new farm registers itself: fill in, check, send. Open to strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.accounts.commands import count_registration
from aquacert.accounts.queries import person
from aquacert.accounts.queries.organisations import organisation
from aquacert.hatcheries.commands import register_hatchery, register_own_hatchery
from aquacert.hatcheries.commands.registration import check_may_register
from aquacert.hatcheries.forms import FarmForm, OwnRegisterForm, RegisterForm
from aquacert.hatcheries.queries import find_place, hatchery_of
from aquacert.hatcheries.rules import check_period, grade
from aquacert.hatcheries.views.blueprint import bp, day, named_species
from aquacert.http.forms import Form
from aquacert.http.gates import current_actor, look, open_to_all, work
from aquacert.http.house import answer_again
from aquacert.http.pages import page
from aquacert.http.sentences import said
from aquacert.kernel.errors import AquaCertError, Invalid, TooMany
from aquacert.kernel.work import Look
from aquacert.reference.queries import full_name, species
from aquacert.reference.rules.dates import Side
from aquacert.reference.rules.phone import parse_phone
from aquacert.reference.rules.text import clean
from aquacert.reference.rules.uscc import parse_uscc

OPEN = "a new farm has no account yet"


@bp.route("/register", methods=["GET", "POST"])
@open_to_all(OPEN)
def register() -> ResponseReturnValue:
    """Fill in, then check: both steps are this door, nothing is kept before the last button."""
    step = request.form.get("step", "fill")
    if step == "check" and current_actor().is_known:
        answer_again()
    if (already := _already()) is not None:
        return already
    if step == "check":
        return _send_own() if current_actor().is_known else _send()
    form = FarmForm(data=_known_already())
    if form.validate_on_submit() and step == "fill":
        read: dict[str, Any] = {}
        with form.catching(), look() as unit:
            read = _read(unit, form)
        if not form.wrong:
            kind = OwnRegisterForm if current_actor().is_known else RegisterForm
            return _check_page(kind(formdata=None, data=form.asked()), read)
    return page("hatcheries/register.html", form=form), form.status if step == "fill" else 200


@bp.get("/registered")
@open_to_all(OPEN)
def registered() -> ResponseReturnValue:
    """What happens next."""
    return page("hatcheries/registered.html")


def _already() -> ResponseReturnValue | None:
    """Say to somebody signed in why this account registers no farm; None when it may."""
    if not current_actor().is_known:
        return None
    with look() as unit:
        try:
            check_may_register(unit)
        except AquaCertError as error:
            own = hatchery_of(unit, unit.actor.organisation_id)
            return page("hatcheries/register_not.html", why=said(error.sentence), farm=own)
    return None


def _known_already() -> dict[str, Any]:
    """Return what the account says of itself, so that nobody types it again."""
    actor = current_actor()
    if actor.person_id is None:
        return {}
    with look() as unit:
        who = person(unit, actor.person_id)
        body = organisation(unit, actor.organisation_id) if actor.organisation_id else None
        known = {"contact_name": who.name or "", "phone": who.phone or ""}
        if body is not None:
            known |= {"name": body.name_zh, "uscc": body.uscc or ""}
            known["division_code"] = full_name(unit, body.division_code)
    return known


def _send_own() -> ResponseReturnValue:
    form, read = OwnRegisterForm(), {}
    with form.catching(), look() as unit:
        read = _read(unit, form)
    if not form.wrong and form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            register_own_hatchery(w, **_kept(read))
            w.reply = url_for(".registered")
        if not form.wrong:
            return redirect(url_for(".registered"))
    if any(name in FIELDS for name in form.errors):
        return page("hatcheries/register.html", form=form), 422
    return _check_page(form, read), form.status


def _kept(read: dict[str, Any]) -> dict[str, Any]:
    """Return what the command takes of what was read."""
    return {key: value for key, value in read.items() if not key.startswith("shown_")}


def _send() -> ResponseReturnValue:
    form, read = RegisterForm(), {}
    with form.catching(), look() as unit:
        read = _read(unit, form)
    if not form.wrong and form.validate_on_submit():
        try:
            with work() as w:
                count_registration(w, request.remote_addr or "")
        except TooMany as error:
            form.form_errors.append(error.sentence)
            return _check_page(form, read), error.status
        with form.catching(), work(once=form.key()) as w:
            register_hatchery(
                w,
                **_kept(read),
                username=form.username.data or "",
                password=form.password.data or "",
            )
            w.reply = url_for(".registered")
        if not form.wrong:
            return redirect(url_for(".registered"))
    if any(name not in {"username", "password"} for name in form.errors):
        return page("hatcheries/register.html", form=form), 422
    return _check_page(form, read), 422


def _check_page(form: Form, read: dict[str, Any]) -> str:
    return page("hatcheries/register_check.html", form=form, read=read)


def _read(unit: Look, form: Form) -> dict[str, Any]:
    """Read every field as the command wants it; raise `Invalid` with all that is wrong."""
    wrong: dict[str, str] = {}
    read: dict[str, Any] = {}
    typed = {name: str(form[name].data or "") for name in FIELDS}
    for name, parse in FIELDS.items():
        try:
            read[name] = parse(unit, typed[name])
        except Invalid as error:
            wrong[name] = next(iter(error.fields.values()), error.sentence)
    if wrong:
        raise Invalid(next(iter(wrong.values())), **wrong)
    try:
        check_period(read["licence_from"], read["licence_until"])
    except Invalid as error:
        raise Invalid(error.sentence, licence_until=error.fields["until_on"]) from None
    read |= {name: form[name].data for name in ("level", "kind")}
    read["is_one_person"] = bool(form["is_one_person"].data)
    read["shown_place"] = full_name(unit, read["division_code"])
    read["shown_grade"] = grade(read["level"], read["kind"])
    read["shown_species"] = [species(unit, one).name_zh for one in read["licence_species"]]
    return read


FIELDS: Mapping[str, Callable[[Look, str], Any]] = {
    "name": lambda _unit, text: clean(text, field="name"),
    "uscc": lambda _unit, text: parse_uscc(text),
    "division_code": find_place,
    "place": lambda _unit, text: clean(text, field="place"),
    "contact_name": lambda _unit, text: clean(text, field="contact_name"),
    "phone": lambda _unit, text: parse_phone(text),
    "licence_number": lambda _unit, text: clean(text, field="licence_number"),
    "licence_from": lambda unit, text: day(unit, text, "licence_from", Side.ANY),
    "licence_until": lambda unit, text: day(unit, text, "licence_until", Side.AHEAD),
    "licence_species": lambda unit, text: named_species(unit, text, "licence_species"),
}
