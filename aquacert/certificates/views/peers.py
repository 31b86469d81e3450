"""Doors to other provinces: whose lists we hold, pin, import, withdraw; and judging a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.file import FileField

from aquacert.accounts.commands import grant_step_up
from aquacert.certificates.peers import commands, queries
from aquacert.certificates.peers.commands.importing import Examination
from aquacert.certificates.peers.forms import (
    ConfirmForm,
    ImportForm,
    JudgeForm,
    ProposeForm,
    WithdrawForm,
)
from aquacert.certificates.peers.queries import Answer, Judgement, judge
from aquacert.certificates.rules.peers import STATE_NAMES, PeerState, PeerStatusAnswer
from aquacert.certificates.views.blueprint import bp
from aquacert.http.forms import Form
from aquacert.http.gates import allowed, current_actor, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import AquaCertError
from aquacert.kernel.permissions import P
from aquacert.trust.publickeys import Use
from aquacert.trust.trustdocument import LARGEST, TrustDocument

STATE_KINDS: Mapping[PeerState, str] = MappingProxyType(
    {PeerState.PROPOSED: "wait", PeerState.PINNED: "ok", PeerState.WITHDRAWN: "no"}
)
ANSWER_NAMES: Mapping[Answer, tuple[str, str]] = MappingProxyType(
    {
        Answer.GOOD: ("ok", "签名有效，签发机构在信任清单上"),
        Answer.UNKNOWN_ISSUER: ("wait", "签发机构不在信任清单上"),
        Answer.REFUSED: ("no", "不予采信"),
    }
)
STATUS_KINDS: Mapping[PeerStatusAnswer, tuple[str, str]] = MappingProxyType(
    {
        PeerStatusAnswer.VALID: ("ok", "有效"),
        PeerStatusAnswer.INVALID: ("no", "已作废或召回"),
        PeerStatusAnswer.SUSPENDED: ("wait", "已暂停"),
        PeerStatusAnswer.REPLACED: ("no", "已换证"),
        PeerStatusAnswer.UNKNOWN: ("wait", "未知"),
    }
)

USE_NAMES: Mapping[Use, str] = MappingProxyType(
    {
        Use.ISSUE: "签发证明",
        Use.SEAL: "文书电子章",
        Use.REPORT: "检测报告",
        Use.STATUS: "状态清单",
        Use.ROOT: "文书签名的根",
    }
)


@bp.get("/provinces")
@allowed(P.PEER_READ)
def provinces() -> ResponseReturnValue:
    """Our own list, and every province whose list is held."""
    return _list_page(ProposeForm(formdata=None))


@bp.post("/provinces/propose")
@allowed(P.PEER_KEEP)
def propose_province() -> ResponseReturnValue:
    """Propose to believe the roots that a list names."""
    form = ProposeForm()
    data = _sent(form.file)
    if form.validate():
        try:
            with form.catching(), work(once=form.key()) as w:
                document = TrustDocument.read(data)
                made = commands.propose(w, document, (form.list_url.data or "").strip())
                w.reply = url_for(".province", province_id=made)
            if not form.wrong:
                return redirect(w.reply or url_for(".provinces"))
        except AquaCertError as error:
            form.form_errors.append(error.sentence)
    return _list_page(form), 422


@bp.get("/provinces/<uuid:province_id>")
@allowed(P.PEER_READ)
def province(province_id: UUID) -> ResponseReturnValue:
    """One province: its roots, keys, versions, ages, and what may be done."""
    return _province_page(province_id)


@bp.post("/provinces/<uuid:province_id>/confirm")
@allowed(P.PEER_KEEP)
def confirm_province(province_id: UUID) -> ResponseReturnValue:
    """Believe a proposed province: the second person, with a fresh second factor."""
    form = ConfirmForm()
    if form.validate():
        try:
            with look() as unit:
                digest = queries.province_line(unit, province_id).fingerprint
            with form.catching(), work() as w:
                grant_step_up(w, **form.given(), digest=commands.pin_digest(digest))
            if not form.wrong:
                with form.catching(), work(once=form.key()) as w:
                    commands.confirm(w, province_id, form.fingerprint.data or "")
                    w.reply = url_for(".province", province_id=province_id)
            if not form.wrong:
                return redirect(url_for(".province", province_id=province_id))
        except AquaCertError as error:
            form.form_errors.append(error.sentence)
    form.code.data = ""
    return _province_page(province_id, confirming=form), 422


@bp.post("/provinces/<uuid:province_id>/import")
@allowed(P.PEER_KEEP)
def import_province(province_id: UUID) -> ResponseReturnValue:
    """Take in a newer list from a file or the net, and say what each step found."""
    form = ImportForm()
    data, seen = _sent(form.file), None
    if form.validate():
        try:
            seen = _take_in(province_id, data, form)
        except AquaCertError as error:
            form.form_errors.append(error.sentence)
    status = 422 if form.wrong or (seen is not None and not seen.is_good) else 200
    return _province_page(province_id, importing=form, seen=seen, tried=True), status


@bp.post("/provinces/<uuid:province_id>/withdraw")
@allowed(P.PEER_KEEP)
def withdraw_province(province_id: UUID) -> ResponseReturnValue:
    """Believe a province no more, at once."""
    form = WithdrawForm()
    if form.validate():
        try:
            with form.catching(), work(once=form.key()) as w:
                commands.withdraw(w, province_id, form.because.data or "")
                w.reply = url_for(".province", province_id=province_id)
            if not form.wrong:
                return redirect(url_for(".province", province_id=province_id))
        except AquaCertError as error:
            form.form_errors.append(error.sentence)
    return _province_page(province_id, withdrawing=form), 422


@bp.route("/judge", methods=["GET", "POST"])
@allowed(P.PEER_READ, P.MOVEMENT_CHECK)
def judge_any() -> ResponseReturnValue:
    """Judge a certificate of any province: its code, or its PDF."""
    form, found = JudgeForm(), None
    if form.validate_on_submit():
        data, text = _sent(form.file), (form.proof.data or "").strip()
        if not data and not text:
            form.form_errors.append(_("请贴二维码里的内容，或选一个 PDF 文件。"))
        else:
            with look() as unit:
                found = judge(unit, house().keys, data or text)
    return _judge_page(form, found), form.status


def _judge_page(form: JudgeForm, found: Judgement | None) -> str:
    return page(
        "certificates/judge.html",
        form=form,
        found=found,
        answers=ANSWER_NAMES,
        statuses=STATUS_KINDS,
    )


def _take_in(province_id: UUID, data: bytes, form: Form) -> Examination | None:
    """Import what was sent, or visit the province now; None when nothing newer was there."""
    if data:
        with work(once=form.key()) as w:
            seen = commands.import_list(w, province_id, data, _("文件导入"))
            w.reply = url_for(".province", province_id=province_id)
        return seen
    visit = commands.visit(house().database, current_actor(), province_id)
    if visit.trouble and visit.examination is None:
        form.form_errors.append(visit.trouble)
    return visit.examination


def _list_page(form: ProposeForm) -> str:
    with look() as unit:
        own = queries.latest(unit)
        return page(
            "certificates/provinces.html",
            form=form,
            own=own,
            document=None if own is None else TrustDocument.read(own.document),
            lines=queries.province_lines(unit),
            names=STATE_NAMES,
            kinds=STATE_KINDS,
            now=unit.now,
        )


def _province_page(
    province_id: UUID,
    *,
    confirming: ConfirmForm | None = None,
    importing: ImportForm | None = None,
    withdrawing: WithdrawForm | None = None,
    seen: Examination | None = None,
    tried: bool = False,
) -> str:
    with look() as unit:
        line = queries.province_line(unit, province_id)
        return page(
            "certificates/province.html",
            line=line,
            names=STATE_NAMES,
            kinds=STATE_KINDS,
            uses=USE_NAMES,
            confirming=confirming or ConfirmForm(formdata=None),
            importing=importing or ImportForm(formdata=None),
            withdrawing=withdrawing or WithdrawForm(formdata=None),
            form=confirming or importing or withdrawing,
            seen=seen,
            tried=tried,
            confirmed=commands.pin_digest(line.fingerprint),
            is_proposer=line.province.proposed_by_id == unit.actor.person_id,
            now=unit.now,
        )


def _sent(field: FileField) -> bytes:
    """Return what was sent, at most one byte more than anybody reads."""
    return field.data.read(LARGEST + 1) if field.data else b""
