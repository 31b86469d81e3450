"""The trust documents of this installation, as public files for anybody and any mirror."""

from __future__ import annotations

import json
from datetime import datetime

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from aquacert.certificates.peers import queries as peers
from aquacert.certificates.status import queries as status
from aquacert.http.gates import house, open_to_all
from aquacert.kernel.clock import rfc3339
from aquacert.kernel.errors import NotFound, Unavailable
from aquacert.trust.statuslist import TTL_SECONDS
from aquacert.verification.views.desk import bp, desk

LARGEST_LIST = 9_999_499
"""YYYYQNN of the last quarter a date can name; beyond it no database need be asked."""
LARGEST_VERSION = 1 << 31
CWT, JWT = "application/statuslist+cwt", "application/statuslist+jwt"
JSON = "application/json; charset=utf-8"
MINUTE, FOREVER = "public, max-age=60", "public, max-age=31536000, immutable"
OPEN = "信任名单是公开文件"
STATUS_OPEN = "状态清单是公开文件"


@bp.get("/trust/list.json")
@open_to_all(OPEN)
def trust_list() -> ResponseReturnValue:
    """Publish our newest trust list, signed by a threshold of roots."""
    with house().database.look() as unit:
        found = peers.latest(unit)
    if found is None:
        raise Unavailable("信任清单还没有发布，请过一会儿再来。")
    return _file(found.document, JSON, f"v{found.version}", MINUTE)


@bp.get("/trust/list/<int:version>.json")
@open_to_all(OPEN)
def trust_list_version(version: int) -> ResponseReturnValue:
    """Publish one version of our trust list; it never changes."""
    with house().database.look() as unit:
        found = peers.trust_version(unit, _stored(version))
    return _file(found.document, JSON, f"v{found.version}", FOREVER)


@bp.get("/trust/peers.json")
@open_to_all(OPEN)
def trust_peers() -> ResponseReturnValue:
    """Publish the other provinces' lists that we believe, as their own roots signed them."""
    with house().database.look() as unit:
        lists = [
            {
                "division": province.division_code,
                "version": held.version,
                "fetched_at": rfc3339(held.imported_at),
                "document": json.loads(held.document),
            }
            for province, _document, held in peers.pinned_lists(unit)
        ]
    names = "-".join(f"{one['division']}v{one['version']}" for one in lists)
    return _file(json.dumps({"lists": lists}, ensure_ascii=False), JSON, f"p{names}", MINUTE)


@bp.get("/trust/keys/<kid>.json")
@open_to_all(OPEN)
def trust_keys(kid: str) -> ResponseReturnValue:
    """Publish the issuing keys of one identifier: the little that a phone needs of the list."""
    if len(kid) != 8 or not all(digit in "0123456789abcdef" for digit in kid):
        raise NotFound("没有这把密钥。")
    rows = desk().pages.keys_of(bytes.fromhex(kid))
    response = jsonify(keys=rows)
    response.headers["Cache-Control"] = MINUTE
    return response


@bp.get("/trust/status/index.json")
@open_to_all(STATUS_OPEN)
def status_index() -> ResponseReturnValue:
    """Publish the address of every status list (Status List Aggregation, draft §9.2)."""
    home = house()
    with home.database.look() as unit:
        numbers = status.published_lists(unit)
    base = home.settings.public_url
    uris = [f"{base}/trust/status/{number}" for number in numbers]
    newest = numbers[-1] if numbers else 0
    return _file(json.dumps({"status_lists": uris}), JSON, f"n{len(numbers)}-{newest}", MINUTE)


@bp.get("/trust/status/<int:number>")
@open_to_all(STATUS_OPEN)
def status_list(number: int) -> ResponseReturnValue:
    """Publish one status list as last signed: CWT, or JWT where that is asked for."""
    with house().database.look() as unit:
        found = status.listing(unit, _listed(number))
        twin = status.version(unit, number, found.version).jwt if _wants_jwt() else ""
    response = _status(found.token, twin, found.etag, found.published_at)
    response.headers["Cache-Control"] = f"public, max-age={TTL_SECONDS}"
    return response.make_conditional(request)


@bp.get("/trust/status/<int:number>/<int:version>")
@open_to_all(STATUS_OPEN)
def status_list_version(number: int, version: int) -> ResponseReturnValue:
    """Publish one version of a status list; it never changes."""
    with house().database.look() as unit:
        found = status.version(unit, _listed(number), _stored(version))
    etag = f"{number}-{version}"
    response = _status(found.token, found.jwt if _wants_jwt() else "", etag, found.published_at)
    response.headers["Cache-Control"] = FOREVER
    return response.make_conditional(request)


def _status(token: bytes, jwt: str, etag: str, at: datetime) -> Response:
    """Return a list in one of its two forms; each has an ETag of its own."""
    response = Response(jwt or token, content_type=JWT if jwt else CWT)
    response.set_etag(f"{etag}j" if jwt else etag)
    response.last_modified = at
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept"
    return response


def _wants_jwt() -> bool:
    """Tell whether the JWT is asked for; whoever takes anything gets the CWT."""
    return request.accept_mimetypes.best_match([CWT, JWT], default=CWT) == JWT


def _file(text: str, media_type: str, etag: str, keep: str) -> ResponseReturnValue:
    response = Response(text, content_type=media_type)
    response.set_etag(etag)
    response.headers["Cache-Control"] = keep
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response.make_conditional(request)


def _listed(number: int) -> int:
    if number > LARGEST_LIST:
        raise NotFound("没有这份状态清单。")
    return number


def _stored(version: int) -> int:
    if version >= LARGEST_VERSION:
        raise NotFound("没有这一版。")
    return version
