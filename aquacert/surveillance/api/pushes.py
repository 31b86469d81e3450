"""The JSON door of feeds that are pushed: one file to a message, signed where a key was agreed."""

from __future__ import annotations

import hashlib
import hmac

from flask import request
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.downloads import unpacked
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.permissions import P
from aquacert.surveillance.api.blueprint import bp
from aquacert.surveillance.commands.pushes import push
from aquacert.surveillance.queries.sources import feed_by_key
from aquacert.surveillance.rules.visits import Way

LARGEST = 50 << 20
"""Bytes of a message, packed or unpacked; larger ones come by folder or address."""
SIGNATURE = "X-Feed-Signature"
UNSIGNED = "签名不对：请用约定的密钥对收到的原样字节做 HMAC-SHA256，写成 sha256=十六进制。"
ODD_GZIP = "压缩的内容解不开，或者解开后超过 50 MB。"


@bp.post("/feeds/<key>")
@allowed(P.EVENT_IMPORT)
def push_file(key: str) -> ResponseReturnValue:
    """Import the body, one file of a registered feed that is pushed, and return the counts.

    ?name= the file's name. `Content-Encoding: gzip` is understood. Where the feed has a key,
    `X-Feed-Signature: sha256=<hex>` must be the HMAC-SHA256 of the body as it was sent. The same
    file again changes nothing. A long file is taken (202) and imported in the background.
    """
    request.max_content_length = LARGEST
    raw = request.get_data(cache=True)
    with look() as unit:
        feed = feed_by_key(unit, key)
        is_open, secret = feed.is_on and feed.way == Way.PUSH.value, feed.secret
    if not is_open:
        raise NotAllowedNow("这个来源没有开通推送，或者已经停用。")
    if secret:
        wanted = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        given = request.headers.get(SIGNATURE, "")
        if not hmac.compare_digest(wanted.encode(), given.strip().encode("utf-8", "replace")):
            raise NotAllowed(UNSIGNED)
    data = _content(raw)
    with work(once=api_key()) as w:
        told, is_done = push(w, key, data, request.args.get("name", "")[-120:])
        w.reply = as_text(told)
    return answer(told, 200 if is_done else 202)


def _content(raw: bytes) -> bytes:
    packing = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in {"identity", "", "gzip"}:
        raise Invalid("只认 gzip 压缩。", content_encoding="gzip")
    if packing == "gzip":
        try:
            raw = unpacked(raw, LARGEST)
        except ValueError:
            raise Invalid(ODD_GZIP, content_encoding=ODD_GZIP) from None
    if not raw:
        raise Invalid("请求内容是空的，应该是一个数据文件。", file="文件")
    return raw
