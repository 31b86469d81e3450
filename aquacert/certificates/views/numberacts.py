"""Doors where numbers move: receive, hand down, return, void, ask, answer."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from aquacert.accounts import queries as accounts
from aquacert.certificates.numbers import commands, queries
from aquacert.certificates.numbers.forms import (
    AnswerForm,
    AskForm,
    HandDownForm,
    ReceiveForm,
    ReturnForm,
    VoidForm,
    WhyForm,
)
from aquacert.certificates.numbers.queries import RequestLine, SegmentLine
from aquacert.certificates.views.blueprint import bp
from aquacert.certificates.views.numbers import kind_asked
from aquacert.http.forms import Form
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P

BOTH = ["GET", "POST"]


@bp.route("/numbers/receive", methods=BOTH)
@allowed(P.NUMBERS_KEEP)
def receive() -> ResponseReturnValue:
    """Book a segment that came from the province (入库)."""
    form = ReceiveForm() if request.method == "POST" else ReceiveForm(None, kind=kind_asked())
    with look() as unit:
        bodies = [
            body
            for body in accounts.organisations(unit, kind="agency")
            if unit.actor.scope.everything or body.division_code in unit.actor.scope.divisions
        ]
    form.holder.choices = [SelectChoice(str(body.id), body.name_zh) for body in bodies]
    if request.method == "POST" and form.validate():
        back = url_for(".numbers", kind=form.kind.data)
        with form.catching(), work(once=form.key()) as w:
            commands.receive_segment(
                w,
                holder_id=UUID(form.holder.data),
                kind=form.kind.data,
                first=form.first.data or "",
                last=form.last.data or "",
                because=form.because.data or "",
            )
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    return _act_page(
        form, _("号段入库"), _("登记入库"), _("只有省级登记；市县从上级下发的号段里领取。")
    )


@bp.route("/numbers/hand-down", methods=BOTH)
@allowed(P.NUMBERS_KEEP)
def hand_down() -> ResponseReturnValue:
    """Hand numbers of a holder's segment to a body below, or to a vet of the office (下发)."""
    kind, lines = _open_segments()
    form = HandDownForm()
    _offer(form.segment, lines)
    with look() as unit:
        below = queries.receivers(unit, lines[0].key[0]) if lines else []
    form.holder.choices = [SelectChoice(one.word, one.name) for one in below]
    if request.method == "GET":
        _as_asked(form.holder, request.args.get("to", ""))
        form.count.data = request.args.get("count", type=int)
    elif form.validate():
        body, _dot, person = (form.holder.data or "").partition(".")
        back = _back(kind)
        with form.catching(), work(once=form.key()) as w:
            commands.hand_down(
                w,
                UUID(form.segment.data),
                holder_id=UUID(body),
                person_id=UUID(person) if person else None,
                count=form.count.data or 0,
                first=form.first.data or "",
                because=form.because.data or "",
            )
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    why = "" if lines and below else _("没有结存或没有下级，不能下发")
    return _act_page(form, _("下发号段"), _("下发"), _("每级只能在自己的结存里再分。"), why)


@bp.route("/numbers/return", methods=BOTH)
@allowed(P.NUMBERS_KEEP)
def return_numbers() -> ResponseReturnValue:
    """Give unused numbers back to the level above (退回上级)."""
    kind, lines = _open_segments()
    lines = [line for line in lines if line.giver_id is not None]
    form = ReturnForm()
    _offer(form.segment, lines)
    if request.method == "POST" and form.validate():
        back = _back(kind)
        with form.catching(), work(once=form.key()) as w:
            commands.return_up(
                w,
                UUID(form.segment.data),
                count=form.count.data,
                because=form.because.data or "",
            )
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    why = "" if lines else _("没有可以退回上级的结存")
    return _act_page(form, _("退回上级"), _("退回"), _("用过的留下；退回的号由上级重新下发。"), why)


@bp.route("/numbers/void", methods=BOTH)
@allowed(P.NUMBERS_KEEP)
def void_numbers() -> ResponseReturnValue:
    """Make unused numbers void with the reason (作废)."""
    kind, lines = _open_segments()
    form = VoidForm()
    _offer(form.segment, lines)
    if request.method == "POST" and form.validate():
        back = _back(kind)
        with form.catching(), work(once=form.key()) as w:
            commands.void_unused(
                w,
                UUID(form.segment.data),
                first=form.first.data or "",
                last=form.last.data or form.first.data or "",
                because=form.because.data or "",
            )
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    why = "" if lines else _("没有结存，没有可作废的空白号")
    return _act_page(form, _("作废空白号"), _("作废"), _("用过的号随证书作废，不在这里办。"), why)


@bp.route("/numbers/orphans/<uuid:number_id>/void", methods=BOTH)
@allowed(P.NUMBERS_KEEP)
def void_orphan(number_id: UUID) -> ResponseReturnValue:
    """Make a reserved number void of which nothing came."""
    form = WhyForm()
    if request.method == "POST" and form.validate():
        back = url_for(".numbers", kind=kind_asked())
        with form.catching(), work(once=form.key()) as w:
            commands.void_orphan(w, number_id, because=form.because.data or "")
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    with look() as unit:
        number = queries.taken(unit, number_id)
    lead = _("%(number)s：%(because)s", number=number.number, because=number.because)
    return _act_page(form, _("作废孤号"), _("作废"), lead)


@bp.route("/numbers/ask", methods=BOTH)
@allowed(P.NUMBERS_ASK)
def ask_numbers() -> ResponseReturnValue:
    """Ask the level above for numbers (申领): a vet his office, a body the one above."""
    kind, form = kind_asked(), AskForm()
    actor = current_actor()
    as_vet = "official_vet" in actor.roles and "number_keeper" not in actor.roles
    if request.method == "POST" and form.validate():
        back = url_for(".numbers", kind=kind)
        with form.catching(), work(once=form.key()) as w:
            commands.ask_numbers(
                w,
                kind=kind,
                quantity=form.quantity.data or 0,
                because=form.because.data or "",
                person_id=actor.person_id if as_vet else None,
            )
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    lead = _("向本单位申领") if as_vet else _("向上级申领，上级会收到消息")
    return _act_page(form, _("申领号段"), _("申领动物%(kind)s", kind=kind), lead)


@bp.route("/numbers/asks/<uuid:request_id>", methods=BOTH)
@allowed(P.NUMBERS_KEEP)
def answer_request(request_id: UUID) -> ResponseReturnValue:
    """Hand down what was asked."""
    with look() as unit:
        line = queries.open_request(unit, request_id)
        lines = [
            one for one in queries.segments_of(unit, line.kind, (line.to_id, None)) if one.left
        ]
    form = AnswerForm()
    _offer(form.segment, lines)
    if request.method == "GET":
        form.count.data = line.quantity
    elif form.validate():
        back = url_for(".numbers", kind=line.kind)
        with form.catching(), work(once=form.key()) as w:
            commands.answer_request(
                w,
                request_id,
                segment_id=UUID(form.segment.data),
                count=form.count.data,
                because=form.because.data or "",
            )
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    return _request_page(form, line, "" if lines else _("没有结存，先向上级申领"))


@bp.route("/numbers/asks/<uuid:request_id>/decline", methods=BOTH)
@allowed(P.NUMBERS_KEEP)
def decline_request(request_id: UUID) -> ResponseReturnValue:
    """Say no to a request, with the reason."""
    with look() as unit:
        line = queries.open_request(unit, request_id)
    form = WhyForm()
    if request.method == "POST" and form.validate():
        back = url_for(".numbers", kind=line.kind)
        with form.catching(), work(once=form.key()) as w:
            commands.decline_request(w, request_id, because=form.because.data or "")
            w.reply = back
        if not form.wrong and not form.form_errors:
            return redirect(back)
    return _act_page(form, _("不同意申领"), _("不同意"), _asked(line))


def _open_segments() -> tuple[str, list[SegmentLine]]:
    """Return the form asked for, and the segments with numbers left of the holder asked for.

    Without a name: of the highest holder the person sees.
    """
    kind, at = kind_asked(), request.args.get("at", "")[:80]
    with look() as unit:
        stock = queries.stock(unit, kind)
        path = stock.path_to(at)
        here = stock.of_word(at) or (path[0] if path else None)
        lines = queries.segments_of(unit, kind, here.key) if here else []
    return kind, [line for line in lines if line.left]


def _offer(field: SelectField, lines: Sequence[SegmentLine]) -> None:
    field.choices = [
        SelectChoice(
            str(line.segment_id),
            _(
                "%(first)s–%(last)s，剩 %(left)s（%(holder)s）",
                first=line.next_free,
                last=line.free_last,
                left=line.left,
                holder=line.holder,
            ),
        )
        for line in lines
    ]


def _as_asked(field: SelectField, value: str) -> None:
    if any(choice.value == value for choice in field.choices or ()):
        field.data = value


def _back(kind: str) -> str:
    return url_for(".numbers", kind=kind, at=request.args.get("at") or None)


def _asked(line: RequestLine) -> str:
    words = f"：{line.because}" if line.because else ""
    return str(_("%(who)s 申领 %(n)s 个", who=line.asker, n=line.quantity)) + words


def _request_page(form: Form, line: RequestLine, why: str) -> ResponseReturnValue:
    decline = url_for(".decline_request", request_id=line.request_id)
    return _act_page(form, _("答复申领"), _("下发"), _asked(line), why, decline)


def _act_page(
    form: Form, title: str, act: str, lead: str = "", why: str = "", decline: str = ""
) -> ResponseReturnValue:
    wrong = form.wrong or bool(form.form_errors)
    fields = [field for field in form if field.type not in {"HiddenField", "CSRFTokenField"}]
    answer = page(
        "certificates/numbers_act.html",
        form=form,
        fields=fields,
        title=title,
        act=act,
        lead=lead,
        why=why,
        decline=decline,
        back=url_for(".numbers", kind=kind_asked(), at=request.args.get("at") or None),
    )
    return answer, 422 if wrong else 200
