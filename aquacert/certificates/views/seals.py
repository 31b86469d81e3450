"""Doors of the electronic seals: hold, make, import, stop, verify."""

from __future__ import annotations

import base64
import io
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms.fields.choices import SelectChoice

from aquacert.certificates import queries as certificates
from aquacert.certificates.forms import ReasonForm
from aquacert.certificates.seals import commands, queries
from aquacert.certificates.seals.forms import CheckSealForm, ImportSealForm, MakeSealForm
from aquacert.certificates.seals.queries import Fit
from aquacert.certificates.views.blueprint import bp
from aquacert.http.gates import allowed, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.trust import ses
from aquacert.trust.errors import TrustError

F = TypeVar("F", MakeSealForm, ImportSealForm)
FITS = {
    Fit.READY: ("在用", "ok"),
    Fit.KEY_ELSEWHERE: ("在用，密钥在授权平台", "info"),
    Fit.NOT_YET: ("未到生效日", "wait"),
    Fit.ENDED: ("已过期", "no"),
    Fit.STOPPED: ("已停用", "plain"),
}
ORIGINS = {"made": "本系统制作", "imported": "外部导入"}
SHOWN = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
"""Pictures that are shown in a page, by how they begin. No SVG from others: it may hold script."""
LARGEST_INLINE = 300_000


@dataclass(frozen=True)
class StepLine:
    """One step of a verification, as a page shows it."""

    title: str
    word: str
    kind: str


@bp.get("/seals")
@allowed(P.SEAL_READ)
def seals() -> ResponseReturnValue:
    """Every seal in sight."""
    words = request.args.get("q", "")
    with look() as unit:
        pages = queries.seals_page(unit, words, request.args.get("page", 1, type=int))
        return page(
            "certificates/seals/index.html",
            pages=pages,
            lines=queries.lines(unit, pages.items),
            words=words,
            fits=FITS,
            origins=ORIGINS,
        )


@bp.get("/seals/<uuid:seal_id>")
@allowed(P.SEAL_READ)
def seal(seal_id: UUID) -> ResponseReturnValue:
    """One seal: its facts, whose certificates, what was verified."""
    return _seal_page(seal_id, ReasonForm(formdata=None))


@bp.get("/seals/<uuid:seal_id>/seal.esl")
@allowed(P.SEAL_READ)
def seal_file(seal_id: UUID) -> ResponseReturnValue:
    """The seal's own bytes, DER."""
    with look() as unit:
        row = queries.seal(unit, seal_id)
        return _download(row.der, f"{row.number}.esl")


@bp.get("/seals/<uuid:seal_id>/picture")
@allowed(P.SEAL_READ)
def seal_picture(seal_id: UUID) -> ResponseReturnValue:
    """The seal's picture, when it is one that pages show."""
    with look() as unit:
        picture = ses.verify(queries.seal(unit, seal_id).der).picture
    media = _media(picture.data)
    if not media:
        raise NotFound(_("这枚印章的图样不是网页能显示的格式。"))
    return send_file(io.BytesIO(picture.data), mimetype=media)


@bp.get("/<uuid:certificate_id>/seal.ses")
@allowed(P.CERTIFICATE_READ)
def seal_value(certificate_id: UUID) -> ResponseReturnValue:
    """The seal put on a certificate's record (SES_Signature, DER)."""
    with look() as unit:
        line = certificates.certificate(unit, certificate_id)
        value = queries.application_of(unit, certificate_id)
    if value is None:
        raise NotFound(_("这张证书没有加盖电子印章。"))
    return _download(value, f"{line.number}.seal.ses")


@bp.route("/seals/make", methods=["GET", "POST"])
@allowed(P.SEAL_KEEP)
def make_seal() -> ResponseReturnValue:
    """Make a seal for a body."""
    form = _offer(MakeSealForm())
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            made = commands.make_seal(
                w, house().keys, body_id=UUID(form.body.data), ends_on=form.ends_on.data
            )
            w.reply = url_for(".seal", seal_id=made)
        if not form.wrong:
            return redirect(w.reply)
    return page("certificates/seals/make.html", form=form), form.status


@bp.route("/seals/import", methods=["GET", "POST"])
@allowed(P.SEAL_KEEP)
def import_seal() -> ResponseReturnValue:
    """Verify a seal made elsewhere and take it in."""
    form, steps = _offer(ImportSealForm()), list[StepLine]()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            try:
                kept = commands.import_seal(w, body_id=UUID(form.body.data), der=_sent(form.file))
            except ses.SealRefused as refused:
                steps = _refusal(refused)
                raise
            w.reply = url_for(".seal", seal_id=kept)
        if not form.wrong:
            return redirect(w.reply)
    return page("certificates/seals/import.html", form=form, steps=steps), form.status


@bp.route("/seals/verify", methods=["GET", "POST"])
@allowed(P.SEAL_READ)
def verify_seal() -> ResponseReturnValue:
    """Verify a seal or a signed value that somebody sent; nothing is kept."""
    form, report, steps, because = CheckSealForm(), None, list[StepLine](), ""
    with look() as unit:
        at = unit.now
    if form.validate_on_submit():
        try:
            report = _judge(_sent(form.file), _original(_sent(form.original)))
            steps, because = _report_steps(report, at), _doubt(report)
        except ses.SealRefused as refused:
            steps, because = _refusal(refused), refused.sentence
    answer = page(
        "certificates/seals/verify.html",
        form=form,
        report=report,
        steps=steps,
        because=because,
        holders=_holders(report) if report else [],
        picture=_inline(report.picture) if report else "",
        has_ended=report is not None and at > report.valid_to,
    )
    return answer, 422 if because else form.status


@bp.post("/seals/<uuid:seal_id>/stop")
@allowed(P.SEAL_KEEP)
def stop_seal(seal_id: UUID) -> ResponseReturnValue:
    """Stop a seal for good."""
    form = ReasonForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            commands.stop_seal(w, seal_id, form.because.data or "")
            w.reply = url_for(".seal", seal_id=seal_id)
        if not form.wrong:
            return redirect(url_for(".seal", seal_id=seal_id))
    return _seal_page(seal_id, form), 422


def _seal_page(seal_id: UUID, form: ReasonForm) -> str:
    with look() as unit:
        row = queries.seal(unit, seal_id)
        [line] = queries.lines(unit, [row])
        report = ses.verify(row.der, roots=house().keys.seal_roots())
        return page(
            "certificates/seals/show.html",
            line=line,
            row=row,
            report=report,
            steps=_report_steps(report, unit.now),
            holders=_holders(report),
            is_shown=bool(_media(report.picture.data)),
            fits=FITS,
            origins=ORIGINS,
            form=form,
        )


def _judge(der: bytes, original: bytes | None) -> ses.SealReport:
    return ses.verify(der, original, roots=house().keys.seal_roots())


def _doubt(report: ses.SealReport) -> str:
    """Return why a value whose signatures hold is not good all the same, or nothing."""
    if report.signer_in_period:
        return ""
    return str(_("签章人的证书在签章时已过有效期，这个签章不能采信。"))


def _original(sent: bytes) -> bytes | None:
    """Return what a seal was put on: the record inside a certificate.json, or the file itself."""
    try:
        return base64.b64decode(json.loads(sent)["record_cbor"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        return sent or None


def _report_steps(report: ses.SealReport, now: datetime) -> list[StepLine]:
    """Return every step of a good report: what held, and what nobody looked at."""
    words = dict.fromkeys(report.checked, ("通过", "ok"))
    words |= dict.fromkeys(report.unchecked, ("没有核对", "wait"))
    if not report.signer_in_period:
        words[ses.Step.SIGNER_PERIOD] = ("签章时证书已过期", "no")
    if ses.Step.CHAIN in report.checked:  # the only roots asked are this installation's own
        words[ses.Step.CHAIN] = ("本系统自行签发，无法律效力", "info")
    if report.kind is ses.Kind.SEAL:
        words[ses.Step.SEAL_PERIOD] = _period(report, now)
    return [StepLine(ses.STEPS[step], *words[step]) for step in ses.Step if step in words]


def _period(report: ses.SealReport, now: datetime) -> tuple[str, str]:
    """Return how a seal alone stands today."""
    if now > report.valid_to:
        return "现已过期", "no"
    return ("现在有效", "ok") if now >= report.valid_from else ("未到生效日", "wait")


def _refusal(refused: ses.SealRefused) -> list[StepLine]:
    """Return what held before the step that failed, and that step."""
    seen = [StepLine(ses.STEPS[step], "通过", "ok") for step in refused.passed]
    return [*seen, StepLine(ses.STEPS[refused.step], "不通过", "no")]


def _holders(report: ses.SealReport) -> list[tuple[str, ses.Holder]]:
    """Return the certificates a reader may want to know: maker, signer, those listed."""
    found = [("制章人", report.maker)]
    if report.signer is not None:
        return [*found, ("签章人", report.signer)]
    if report.list_type is ses.ListType.CERTIFICATES:
        for listed in report.listed[:20]:
            with suppress(TrustError):  # what cannot be read signs nothing either
                found.append(("可以用章的证书", ses.read_holder(listed)))
    return found


def _offer(form: F) -> F:
    """Offer the agencies of this person's place."""
    with look() as unit:
        form.body.choices = [
            SelectChoice(str(body.id), body.name_zh) for body in queries.bodies(unit)
        ]
    return form


def _sent(field: FileField) -> bytes:
    return field.data.read() if field.data else b""


def _media(data: bytes) -> str:
    return next((media for begins, media in SHOWN.items() if data.startswith(begins)), "")


def _inline(picture: ses.Picture) -> str:
    """Return the picture as a data address, or nothing when a page would not show it."""
    media = _media(picture.data)
    if not media or len(picture.data) > LARGEST_INLINE:
        return ""
    return f"data:{media};base64,{base64.b64encode(picture.data).decode()}"


def _download(data: bytes, name: str) -> ResponseReturnValue:
    return send_file(
        io.BytesIO(data),
        mimetype="application/octet-stream",
        download_name=name,
        as_attachment=True,
    )
