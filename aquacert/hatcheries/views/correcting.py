"""The county puts right what a farm is registered as."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands import choose_licences, correct_hatchery
from aquacert.hatcheries.forms.registers import ChooseForm, CorrectForm, correct_form, species_field
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import find_place, hatchery, licences
from aquacert.hatcheries.queries.doubled import doubled
from aquacert.hatcheries.queries.registered import Registered, as_registered
from aquacert.hatcheries.rules import LICENCE_WORDS, LicenceKind, State
from aquacert.hatcheries.views.blueprint import bp, named_species
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.reference.queries import full_name, species
from aquacert.reference.rules.text import clean


@bp.route("/<uuid:hatchery_id>/correct", methods=["GET", "POST"])
@allowed(P.HATCHERY_APPROVE)
def correct(hatchery_id: UUID) -> ResponseReturnValue:
    """What the farm is registered as, each thing to be overwritten, and why."""
    with look() as unit:
        farm = hatchery(unit, hatchery_id)
        now = as_registered(unit, farm)
        form = correct_form(now.licences)(data=_shown(unit, now))
    if farm.state == State.MERGED.value:
        raise NotAllowedNow("这份登记已并入另一家，请更正留下的一家。")
    if form.validate_on_submit():
        is_changed = False
        with form.keeping(), work(once=form.key()) as w:
            asked = _asked(w, form, now)
            is_changed = correct_hatchery(w, hatchery_id, seen=form.seen.data or "", **asked)
            here = w.reply = _after(w, hatchery_id)
        if not form.wrong:
            flash(_("已更正，已告知企业") if is_changed else _("和登记的一样，没有改变"))
            return redirect(here)
    shown = page("hatcheries/correct.html", form=form, farm=farm, fields=_fields(now))
    return shown, form.status


@bp.route("/<uuid:hatchery_id>/licences/choose", methods=["GET", "POST"])
@allowed(P.HATCHERY_APPROVE, P.HATCHERY_MERGE)
def choose(hatchery_id: UUID) -> ResponseReturnValue:
    """Two licences of one kind, as after a merge: which one stands."""
    here = url_for(".show", hatchery_id=hatchery_id)
    with look() as unit:
        farm = hatchery(unit, hatchery_id)
        asked = doubled(unit, farm.id)
        shown = {line.licence_id: line for line in licences(unit, farm.id)}
    form = ChooseForm()
    kind = next(iter(asked), "")
    if not kind:
        if form.is_submitted():
            raise NotAllowedNow("这家的证已经选定过了，请看最新内容。")
        return redirect(here)
    lines = [shown[row.id] for row in asked.get(kind, ())]
    form.standing.choices = [(str(line.licence_id), line.number) for line in lines]
    if form.validate_on_submit():
        with form.keeping(), work(once=form.key()) as w:
            choose_licences(
                w,
                hatchery_id,
                kind,
                standing=form.standing.data or (),
                because=form.because.data or "",
            )
            w.reply = here
        if not form.wrong:
            flash(_("已选定，已告知企业"))
            return redirect(here)
    words = LICENCE_WORDS[LicenceKind(kind)]
    whole = page("hatcheries/choose.html", form=form, farm=farm, lines=lines, words=words)
    return whole, form.status


def _after(w: Work, hatchery_id: UUID) -> str:
    """Return where to go: a farm that now lies in another county is no longer to be seen here."""
    is_ours = w.sees(Hatchery, w.session.get_one(Hatchery, hatchery_id))
    return url_for(".show", hatchery_id=hatchery_id) if is_ours else url_for(".index")


def _fields(now: Registered) -> list[str]:
    return [species_field(one.licence_id) for one in now.licences]


def _shown(unit: Look, now: Registered) -> dict[str, Any]:
    """Return the registration as the form shows it."""
    return {
        "seen": now.mark(),
        "name": now.name,
        "division_code": full_name(unit, now.division_code),
        "place": now.place,
        "level": now.level,
        "kind": now.kind,
    } | {
        species_field(one.licence_id): "、".join(
            sorted(species(unit, code).name_zh for code in one.species)
        )
        for one in now.licences
    }


@contextmanager
def _gathered(wrong: dict[str, str], name: str) -> Iterator[None]:
    """Put what is wrong with a field beside the others, so that all of it is told at once."""
    try:
        yield
    except Invalid as error:
        wrong[name] = error.fields.get(name, error.sentence)


def _asked(unit: Look, form: CorrectForm, now: Registered) -> dict[str, Any]:
    """Read every field as the command wants it; raise `Invalid` with all that is wrong."""
    wrong: dict[str, str] = {}
    read: dict[str, Any] = {name: form[name].data for name in ("level", "kind", "because")}
    read["species"] = {}
    for name in ("name", "place"):
        with _gathered(wrong, name):
            read[name] = clean(form[name].data or "", field=name)
    with _gathered(wrong, "division_code"):
        read["division_code"] = find_place(unit, form.division_code.data or "")
    for one in now.licences:
        name = species_field(one.licence_id)
        with _gathered(wrong, name):
            read["species"][one.licence_id] = named_species(unit, form[name].data or "", name)
    if wrong:
        raise Invalid(next(iter(wrong.values())), **wrong)
    return read
