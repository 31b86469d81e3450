"""The only translator of kernel errors: a page with a reference for people, RFC 9457 for programs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from aquacert.http.house import current_actor
from aquacert.http.pages import page
from aquacert.http.sentences import said
from aquacert.kernel.errors import (
    AquaCertError,
    Conflict,
    Invalid,
    NotAllowedNow,
    NotReady,
    NotSignedIn,
    Repeated,
    Unavailable,
)

log = structlog.get_logger("problems")
BY_STATUS = {
    400: "请求不完整，请返回重试。",
    404: "没有这一页。请检查地址，或从首页重新进入。",
    405: "这一页不能这样打开。",
    413: "文件太大了。请压缩后再传，或分几次传。",
    415: "不认识这种内容格式。",
    429: "操作太快了，请过一分钟再试。",
}
PROGRAMS = ("/api/", "/field/files")
ANSWERED_IN_JSON = frozenset({"/field/day.json", "/field/sync"})
APP = "/field/"


def render(app: Flask) -> None:
    """Let `app` answer every error in words."""
    app.register_error_handler(Repeated, same_answer)
    app.register_error_handler(AquaCertError, known)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def wants_json() -> bool:
    """Say whether a program asks: also the app at the pond, which draws its own pages."""
    return (
        request.path.startswith(PROGRAMS)
        or request.path == "/openapi.json"
        or request.path in ANSWERED_IN_JSON
    )


def same_answer(repeated: Repeated) -> ResponseReturnValue:
    """Answer a repeated request as the first time."""
    if wants_json():
        return Response(repeated.reply or "{}", mimetype="application/json")
    return redirect(repeated.reply or "/")


def known(error: AquaCertError) -> ResponseReturnValue:
    """Answer an error raised on purpose."""
    if error.detail:
        log.warning("refused", code=error.code, detail=error.detail, request=reference())
    if isinstance(error, NotSignedIn) and not wants_json():
        return redirect(url_for("accounts.sign_in", next=local_path()))
    return answer(error)


def stale_form(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose guard has run out or is missing."""
    return answer(Conflict(_("页面放得太久了，为了安全请刷新后再提交。您填的内容还在上一页。")))


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Werkzeug raised."""
    status = error.code or 500
    if status < 400:
        return error
    fake = Invalid(BY_STATUS.get(status, "这个请求没有办成。"))
    return answer(fake, status=status)


def unexpected(error: Exception) -> ResponseReturnValue:
    """Answer anything else: everything to the log, nothing of it to the page."""
    log.error("unexpected", request=reference(), exc_info=error)
    return answer(Unavailable("系统出了点问题，您填的内容没有丢。请再试一次。"), status=500)


def answer(error: AquaCertError, status: int | None = None) -> ResponseReturnValue:
    """Return the page or the problem document of `error`."""
    status = status or error.status
    if wants_json():
        response = jsonify(problem(error, status))
        response.mimetype = "application/problem+json"
        return response, status
    return page(
        "problems/problem.html",
        status=status,
        sentence=said(error.sentence),
        reference=reference(),
        refused=isinstance(error, NotAllowedNow | NotReady),
        reasons=[said(reason) for reason in getattr(error, "reasons", ())],
        plain_frame=not current_actor().is_known,
    ), status


def problem(error: AquaCertError, status: int) -> dict[str, Any]:
    """Return the RFC 9457 members of `error`."""
    body: dict[str, Any] = {
        "type": f"urn:aquacert:{error.code}",
        "title": said(error.sentence),
        "status": status,
        "code": error.code,
        "instance": f"urn:aquacert:request:{reference()}",
        "reference": reference(),
    }
    if isinstance(error, NotSignedIn) and request.path.startswith(APP):
        body["sign_in"] = url_for("accounts.sign_in", next=APP)
    if isinstance(error, Invalid) and error.fields:
        body["fields"] = {name: said(sentence) for name, sentence in error.fields.items()}
    if isinstance(error, NotReady):
        body["reasons"] = [said(reason) for reason in error.reasons]
    return body


def reference() -> str:
    """Return the reference number a person can read out on the telephone."""
    text = str(g.get("request_id", "00000000")).upper()
    return f"E-{text[:4]}-{text[4:]}"


def local_path() -> str:
    """Return the path to come back to after signing in: of a form, the page it stood on.

    Only a path of this site.
    """
    if request.method == "GET":
        return request.full_path.rstrip("?")
    came = urlsplit(request.referrer or "")
    return came.path if came.netloc == request.host and came.path else "/"


__all__ = ["answer", "render", "wants_json"]
