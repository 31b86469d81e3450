"""Public doors of the log: its page, checkpoint, tiles and key, proofs of one certificate and of two
checkpoints. Static files in all but name: nothing here depends on who asks.
"""

from __future__ import annotations

import base64
import hashlib

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.certificates.log import queries
from aquacert.http.gates import house, open_to_all
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.errors import Refused
from aquacert.trust.notes import Note
from aquacert.trust.qr import is_public_id
from aquacert.trust.tilefolder import TileFolder
from aquacert.trust.tlog import Checkpoint, TilePath, read_number, width_at

public = Blueprint("public_log", __name__)
OPEN = "签发日志是公开文件"
TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"
SHORTLY = "public, max-age=5"
FOR_EVER = "public, max-age=31536000, immutable"
LONGEST_PATH = 64


@public.get("/trust/log")
@open_to_all(OPEN)
def log_page() -> ResponseReturnValue:
    """Say in plain words what the log is, how far it goes, and how anybody checks it."""
    note = _folder().head()
    checkpoint = None if note is None else Checkpoint.read(Note.read(note).text)
    signed_at, witnesses = None, []
    if checkpoint is not None and note is not None:
        with house().database.look(SYSTEM) as unit:
            head = queries.newest(unit)
            signed_at = None if head is None else head.signed_at
            witnesses = queries.witnesses(unit, checkpoint.size)
    key = house().keys.notes.key()
    return page(
        "certificates/log.html",
        checkpoint=checkpoint,
        root="" if checkpoint is None else base64.b64encode(checkpoint.root).decode(),
        signed_at=signed_at,
        witnesses=witnesses,
        key=str(key or ""),
        address=house().settings.public_url + url_for(".log_page"),
    )


@public.get("/trust/log/checkpoint")
@open_to_all(OPEN)
def checkpoint() -> ResponseReturnValue:
    """Publish the newest checkpoint (C2SP tlog-checkpoint), with the witnesses' lines under it."""
    note = _folder().head()
    if note is None:
        raise NotFound("日志里还没有记录，没有检查点。")
    return _static(note, TEXT, SHORTLY)


@public.get("/trust/log/key")
@open_to_all(OPEN)
def key() -> ResponseReturnValue:
    """Publish the key that signs checkpoints, as the one line that verifiers configure."""
    found = house().keys.notes.key()
    if found is None:
        raise NotFound("日志还没有密钥。")
    return _static(f"{found}\n".encode(), TEXT, "public, max-age=300")


@public.get("/trust/log/tile/<path:name>")
@open_to_all(OPEN)
def tile(name: str) -> ResponseReturnValue:
    """Publish a tile or a bundle of entries (C2SP tlog-tiles) that the checkpoint speaks of."""
    folder = _folder()
    head = queries.published(folder)
    path = _tile_path(name)
    known = head is not None and path.width <= width_at(path.level, path.number, head.size)
    data = folder.read(path) if known else None
    if data is None:
        raise NotFound("日志没有这一块。")
    return _static(data, BYTES, FOR_EVER)


@public.get("/trust/log/consistency")
@open_to_all(OPEN)
def consistency() -> ResponseReturnValue:
    """Prove that one published size continues another, as JSON for those who do not read tiles."""
    first, last = _size("from"), _size("to")
    folder = _folder()
    proof = queries.consistency_of(folder, first, last)
    response = jsonify(
        {
            "from": {"size": first, "root": _b64(queries.root_at(folder, first))},
            "to": {"size": last, "root": _b64(queries.root_at(folder, last))},
            "proof": [_b64(step) for step in proof],
        }
    )
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@public.get("/c/<public_id>.tlog-proof")
@open_to_all(OPEN)
def proof(public_id: str) -> ResponseReturnValue:
    """Prove that a certificate's issue is in the log (C2SP tlog-proof)."""
    found = None
    if is_public_id(public_id):
        with house().database.look(SYSTEM) as unit:
            found = queries.proof_of_page(unit, public_id)
    if found is None:
        raise NotFound("没有这张证的日志证明；刚签发的，请过一分钟再取。")
    response = _static(found, TEXT, SHORTLY)
    name = f"{public_id}.tlog-proof"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _folder() -> TileFolder:
    return queries.folder_of(house().settings)


def _tile_path(name: str) -> TilePath:
    try:
        if len(name) > LONGEST_PATH:
            raise NotFound("日志没有这一块。")
        return TilePath.read(f"tile/{name}")
    except Refused:
        raise NotFound("日志没有这一块。") from None


def _size(name: str) -> int:
    try:
        return read_number(request.args.get(name, ""))
    except Refused:
        raise NotFound("请给出 from 和 to 两个大小，都是正整数。") from None


def _static(data: bytes, content_type: str, keep: str) -> Response:
    response = Response(data, content_type=content_type)
    response.set_etag(hashlib.sha256(data).hexdigest()[:32])
    response.headers["Cache-Control"] = keep
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
