"""Filling in for a farm: choose it, fill in, get the owner's consent, send."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands import (
    CallNote,
    answer_consent,
    ask_consent,
    consent_by_call,
    consent_on_paper,
    give_code,
)
from aquacert.declarations.forms import ActForm
from aquacert.declarations.forms.desk import CodeForm, MandateForm, RecordedCallForm
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.content import content_of, seal_of
from aquacert.declarations.queries.office import proxy_farms
from aquacert.declarations.queries.proxy import asked_of_owner, consents, open_proxies
from aquacert.declarations.queries.review import review
from aquacert.declarations.rules.calls import Direction, Subject
from aquacert.declarations.rules.consent import CONSENT_WORDS, WAY_WORDS, ConsentState
from aquacert.declarations.rules.plan import amount
from aquacert.declarations.views.blueprint import bp
from aquacert.http.forms import Form
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.permissions import P
from aquacert.reference.rules.dates import Side, read_moment


@bp.get("/proxy")
@allowed(P.DECLARATION_PROXY)
def proxy() -> ResponseReturnValue:
    """Choose the farm for which to fill in a declaration (代办), or go on with one begun."""
    words = request.args.get("q", "")
    with look() as unit:
        found = proxy_farms(unit, words, request.args.get("page", 1, type=int))
        begun = open_proxies(unit)
    return page("declarations/proxy.html", pages=found, q=words, begun=begun, amount=amount)


@bp.get("/<uuid:declaration_id>/proxy-consent")
@allowed(P.DECLARATION_PROXY)
def proxy_consent(declaration_id: UUID) -> ResponseReturnValue:
    """The three ways to the owner's consent, and how far it is."""
    return consent_page(declaration_id)


def consent_page(declaration_id: UUID, wrong: Form | None = None) -> str:
    """Return the page of one proxy declaration's consent; `wrong` is the form to be corrected."""
    with look() as unit:
        paper = declaration(unit, declaration_id)
        if not paper.is_proxy:
            raise NotFound
        asked = consents(unit, declaration_id)
        return page(
            "declarations/proxy_consent.html",
            paper=paper,
            review=review(unit, paper),
            asked=asked,
            given=any(one.fits and one.state == ConsentState.GIVEN.value for one in asked),
            waiting=any(one.is_open and one.fits for one in asked),
            code=wrong if isinstance(wrong, CodeForm) else CodeForm(formdata=None),
            mandate=wrong if isinstance(wrong, MandateForm) else MandateForm(formdata=None),
            call=wrong if isinstance(wrong, RecordedCallForm) else RecordedCallForm(formdata=None),
            act=ActForm(formdata=None),
            ways=WAY_WORDS,
            states=CONSENT_WORDS,
        )


@bp.post("/<uuid:declaration_id>/proxy-consent/ask")
@allowed(P.DECLARATION_PROXY)
def proxy_ask(declaration_id: UUID) -> ResponseReturnValue:
    """Send the owner a code into his inbox."""
    form = ActForm()
    here = url_for(".proxy_consent", declaration_id=declaration_id)
    with work(once=form.key()) as w:
        ask_consent(w, declaration_id)
        w.reply = here
    flash(_("确认码已发到货主的消息里，30 分钟内有效"))
    return redirect(here)


@bp.post("/<uuid:declaration_id>/proxy-consent/code")
@allowed(P.DECLARATION_PROXY)
def proxy_code(declaration_id: UUID) -> ResponseReturnValue:
    """Take the code that the owner read out."""
    form = CodeForm()
    if form.validate_on_submit():
        with form.catching():
            # No key: each try counts, and a right code stays right.
            with work() as w:
                right = give_code(w, declaration_id, form.code.data or "")
            if right:
                return _given(declaration_id)
            raise Invalid("确认码不对。", code=_("确认码不对，请货主再念一遍。"))
    return consent_page(declaration_id, form), 422


@bp.post("/<uuid:declaration_id>/proxy-consent/paper")
@allowed(P.DECLARATION_PROXY)
def proxy_paper(declaration_id: UUID) -> ResponseReturnValue:
    """Keep the photograph of the signed paper."""
    form = MandateForm()
    if form.validate_on_submit():
        with form.catching():
            data, name = _upload(form.mandate.data, "mandate")
            with work(once=form.key()) as w:
                consent_on_paper(w, declaration_id, data=data, name=name)
                w.reply = url_for(".check", declaration_id=declaration_id)
            return _given(declaration_id)
    return consent_page(declaration_id, form), 422


@bp.post("/<uuid:declaration_id>/proxy-consent/call")
@allowed(P.DECLARATION_PROXY)
def proxy_call(declaration_id: UUID) -> ResponseReturnValue:
    """Keep the recorded call."""
    form = RecordedCallForm()
    if form.validate_on_submit():
        with form.catching():
            data, name = _upload(form.recording.data, "recording")
            note = CallNote(
                said=form.said.data or "",
                answered=_("货主同意代办申报，已录音。"),
                direction=Direction.OUT.value,
                subject=Subject.CONSENT.value,
                caller_name=form.caller_name.data or "",
                caller_phone=form.caller_phone.data or "",
            )
            with work(once=form.key()) as w:
                if form.at.data:
                    note = replace(note, at=read_moment(form.at.data, w.today, "at", Side.PAST))
                consent_by_call(w, declaration_id, call=note, data=data, name=name)
                w.reply = url_for(".check", declaration_id=declaration_id)
            return _given(declaration_id)
    return consent_page(declaration_id, form), 422


@bp.get("/<uuid:declaration_id>/consent")
@allowed(P.DECLARATION_DECLARE)
def consent(declaration_id: UUID) -> ResponseReturnValue:
    """What the office wants to declare for the owner, and the code that says yes."""
    with look() as unit:
        paper, asked = asked_of_owner(unit, declaration_id)
        found = review(unit, paper)
        open_still = asked.state == ConsentState.ASKED.value and any(
            one.consent_id == asked.id and one.is_open for one in consents(unit, declaration_id)
        )
    return page(
        "declarations/consent.html",
        paper=paper,
        asked=asked,
        review=found,
        is_open=open_still and asked.digest == seal_of(content_of(paper)),
        states=CONSENT_WORDS,
        form=ActForm(),
    )


@bp.post("/<uuid:declaration_id>/consent")
@allowed(P.DECLARATION_DECLARE)
def consent_answer(declaration_id: UUID) -> ResponseReturnValue:
    """Say yes or no as the owner himself."""
    form = ActForm()
    agrees = request.form.get("answer") == "yes"
    here = url_for(".consent", declaration_id=declaration_id)
    with work(once=form.key()) as w:
        answer_consent(w, declaration_id, agrees=agrees)
        w.reply = here
    flash(_("已告诉申报点：同意代办") if agrees else _("已告诉申报点：不同意代办"))
    return redirect(here)


def _given(declaration_id: UUID) -> ResponseReturnValue:
    flash(_("已记下货主同意，现在可以核对提交"))
    return redirect(url_for(".check", declaration_id=declaration_id))


def _upload(file: object, field: str) -> tuple[bytes, str]:
    name = getattr(file, "filename", "") or ""
    read = getattr(file, "read", None)
    if not name or read is None:
        raise Invalid("还没有选文件。", **{field: _("请先选文件。")})
    return read(), name
