"""One laboratory's page: a tab for each part of its entry, each with the form that keeps it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.reference.queries import all_diseases, methods
from labs.register import queries
from labs.register.forms import (
    AccreditForm,
    CapacityForm,
    InstrumentForm,
    LabForm,
    LotForm,
    ProficiencyForm,
    ReasonForm,
    ScopeForm,
    StaffForm,
)
from labs.register.rules.holdings import STAFF_ACT_WORDS, Ending, ending
from labs.register.rules.sending import ACCREDITATION_WORDS, PROFICIENCY_WORDS
from labs.register.views.blueprint import bp

INSIDE = frozenset({"instruments", "lots", "staff"})
"""Tabs for the laboratory's own people and the province."""
FORMS: Mapping[str, tuple[tuple[str, type[LabForm]], ...]] = {
    "standing": (("accredit", AccreditForm), ("reason", ReasonForm)),
    "scope": (("scope", ScopeForm),),
    "instruments": (("instrument", InstrumentForm),),
    "lots": (("lot", LotForm),),
    "staff": (("staff", StaffForm),),
    "proficiency": (("proficiency", ProficiencyForm),),
    "workload": (("capacity", CapacityForm),),
}


@bp.get("/<uuid:lab_id>")
@allowed(P.LAB_READ, P.LAB_REGISTER)
def show(lab_id: UUID) -> ResponseReturnValue:
    """One laboratory: what entitles it, and whether it may take samples."""
    return show_tab(lab_id, "standing")


@bp.get(
    "/<uuid:lab_id>/<any(scope,instruments,lots,staff,proficiency,workload):tab>", endpoint="tab"
)
@allowed(P.LAB_READ, P.LAB_REGISTER)
def tab_page(lab_id: UUID, tab: str) -> ResponseReturnValue:
    """Another part of its entry."""
    return show_tab(lab_id, tab)


def tab_url(lab_id: UUID, tab: str) -> str:
    """Return the address of a tab."""
    if tab == "standing":
        return url_for("labs_register.show", lab_id=lab_id)
    return url_for("labs_register.tab", lab_id=lab_id, tab=tab)


def keep(
    lab_id: UUID, tab: str, name: str, act: Callable[[Work, Any], object]
) -> ResponseReturnValue:
    """Let a tab's form act; show the tab again with what has to be corrected."""
    form = dict(FORMS[tab])[name]()
    with look() as unit:
        _choose(unit, lab_id, form)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            act(w, form)
            w.reply = tab_url(lab_id, tab)
    return show_tab(lab_id, tab, **{name: form}) if form.wrong else redirect(tab_url(lab_id, tab))


def show_tab(lab_id: UUID, tab: str, **wrong: LabForm) -> tuple[str, int]:
    """Return a tab's page; `wrong` are forms with something to correct."""
    with look() as unit:
        line = queries.lab(unit, lab_id)
        inside = unit.actor.scope.everything or lab_id in unit.actor.scope.lab_ids
        if tab in INSIDE and not inside:
            raise NotAllowed("仪器、试剂和人员只给本实验室和省里看。")
        forms = {name: kind(formdata=None) for name, kind in FORMS[tab]} | wrong
        for form in forms.values():
            _choose(unit, lab_id, form)
        html = page(
            f"labs/laboratory/{tab}.html",
            lab=line,
            tabs=_tabs(lab_id, tab, inside=inside),
            forms=forms,
            keeps=may_keep(unit, lab_id, P.LAB_KEEP),
            province=unit.actor.scope.everything and unit.actor.may(P.LAB_REGISTER),
            **_content(unit, lab_id, tab),
        )
    return html, max((form.status for form in wrong.values()), default=200)


def may_keep(unit: Look, lab_id: UUID, need: P) -> bool:
    """Tell whether who asks may keep this laboratory's things: its own people, or the province."""
    actor = unit.actor
    own = lab_id in actor.scope.lab_ids and actor.may(need)
    return own or (actor.scope.everything and actor.may(P.LAB_REGISTER))


def _tabs(lab_id: UUID, here: str, *, inside: bool) -> list[tuple[str, str, None, bool]]:
    words = {
        "standing": _("资质"),
        "scope": _("能力范围"),
        "instruments": _("仪器"),
        "lots": _("试剂批"),
        "staff": _("人员授权"),
        "proficiency": _("能力验证"),
        "workload": _("工作量"),
    }
    return [
        (word, tab_url(lab_id, name), None, name == here)
        for name, word in words.items()
        if inside or name not in INSIDE
    ]


def _content(unit: Look, lab_id: UUID, tab: str) -> dict[str, Any]:
    """Return what a tab shows."""
    makers: Mapping[str, Callable[[Look, UUID], dict[str, Any]]] = {
        "standing": _standing,
        "scope": _scope,
        "instruments": lambda u, key: {"instruments": queries.instruments_of(u, key)},
        "lots": lambda u, key: {"lots": queries.lots_of(u, key)},
        "staff": _staff,
        "proficiency": _proficiency,
        "workload": lambda _u, _key: {},
    }
    return makers[tab](unit, lab_id)


def _standing(unit: Look, lab_id: UUID) -> dict[str, Any]:
    rows = queries.accreditations_of(unit, lab_id)
    return {
        "accreditations": [
            (row, Ending.OVER if row.ended_on else ending(row.until_on, unit.today)) for row in rows
        ],
        "kinds": {kind.value: words for kind, words in ACCREDITATION_WORDS.items()},
    }


def _scope(unit: Look, lab_id: UUID) -> dict[str, Any]:
    rows = queries.scopes_of(unit, lab_id)
    tests = dict.fromkeys((row.disease_code, row.method_code) for row in rows)
    return {
        "scopes": rows,
        "faults": {test: queries.send_fault(unit, lab_id, *test, unit.today) for test in tests},
    }


def _staff(unit: Look, lab_id: UUID) -> dict[str, Any]:
    return {
        "authorisations": queries.authorisations_of(unit, lab_id),
        "acts": {act.value: words for act, words in STAFF_ACT_WORDS.items()},
        "unkept": [
            words
            for act, words in STAFF_ACT_WORDS.items()
            if not queries.keeps_authorisations(unit, lab_id, act)
        ],
        "keeps_staff": may_keep(unit, lab_id, P.LAB_STAFF),
    }


def _proficiency(unit: Look, lab_id: UUID) -> dict[str, Any]:
    return {
        "rounds": queries.proficiency_of(unit, lab_id),
        "outcomes": {kind.value: words for kind, words in PROFICIENCY_WORDS.items()},
        "has_scopes": bool(queries.scopes_of(unit, lab_id)),
    }


def _choose(unit: Look, lab_id: UUID, form: LabForm) -> None:
    """Fill in the choices that depend on the laboratory."""
    if isinstance(form, ScopeForm):
        form.method_code.choices = _methods(unit)
    elif isinstance(form, StaffForm):
        form.test.choices = [SelectChoice("", _("全部项目")), *_tests(unit, lab_id)]
        form.person_id.choices = [
            SelectChoice(str(line.person_id), f"{line.name}（{line.label}）")
            for line in queries.staff_of(unit, lab_id)
            if line.person_id != unit.actor.person_id
        ]
    elif isinstance(form, LotForm):
        form.test.choices = [SelectChoice("", _("不限项目")), *_tests(unit, lab_id)]
    elif isinstance(form, ProficiencyForm):
        form.test.choices = _tests(unit, lab_id)


def _tests(unit: Look, lab_id: UUID) -> list[SelectChoice]:
    """Return the laboratory's tests: each disease by every method, and by each."""
    found: dict[str, str] = {}
    for row in queries.scopes_of(unit, lab_id):
        found[f"{row.disease_code}|"] = f"{row.disease_name_zh}（{row.disease_code}）"
        found[f"{row.disease_code}|{row.method_code}"] = (
            f"{row.disease_name_zh}（{row.disease_code}）· {row.method_standard}"
        )
    return [SelectChoice(value, words) for value, words in found.items()]


def _methods(unit: Look) -> list[SelectChoice]:
    """Return every known method with its disease."""
    found = [
        SelectChoice(each.code, f"{row.name_zh}（{row.code}）· {each.standard}")
        for row in unit.scalars(all_diseases(unit))
        for each in methods(unit, row.code)
    ]
    if not found:
        raise Invalid("名录里还没有检测方法，请先装入基础数据。")
    return found
