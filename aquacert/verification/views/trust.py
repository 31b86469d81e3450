"""The trust documents of this installation, as public files."""

from __future__ import annotations

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from aquacert.certificates import queries as certificates
from aquacert.http.gates import house, open_to_all
from aquacert.kernel.errors import NotFound
from aquacert.verification.queries.keys import trust_document
from aquacert.verification.views.desk import bp, desk

LARGEST_LIST = 9_999_499
"""YYYYQNN of the last quarter a date can name; beyond it no database need be asked."""


@bp.get("/trust/list.json")
@open_to_all("信任名单是公开文件")
def trust_list() -> ResponseReturnValue:
    """Publish every public key of this installation, signed by its root."""
    here, now = desk(), house().database.clock.now()
    if here.trust is None or here.trust.version != int(now.timestamp()) // 60:
        here.trust = trust_document(house().keys, now)
    response = Response(here.trust.text, content_type="application/json; charset=utf-8")
    response.set_etag(here.trust.etag)
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response.make_conditional(request)


@bp.get("/trust/keys/<kid>.json")
@open_to_all("信任名单是公开文件")
def trust_keys(kid: str) -> ResponseReturnValue:
    """Publish the issuing keys of one identifier: the little that a phone needs of the list."""
    if len(kid) != 8 or not all(digit in "0123456789abcdef" for digit in kid):
        raise NotFound("没有这把密钥。")
    rows = desk().pages.keys_of(bytes.fromhex(kid))
    response = jsonify(keys=rows)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@bp.get("/trust/status/<int:number>")
@open_to_all("状态清单是公开文件")
def status_list(number: int) -> ResponseReturnValue:
    """Publish one status list as last signed."""
    if number > LARGEST_LIST:
        raise NotFound("没有这份状态清单。")
    with house().database.look() as unit:
        found = certificates.listing(unit, number)
    response = Response(found.token, content_type="application/statuslist+cwt")
    response.set_etag(found.etag)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response.make_conditional(request)
