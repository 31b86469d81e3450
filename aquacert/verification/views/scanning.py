"""The installable scanner at /verify: page, manifest, service worker, and the tables it keeps.

Everything it needs to judge a code without a network is fetched once and kept on the device; what
it finds stays there.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from flask import Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from aquacert.certificates import queries as certificates
from aquacert.http.gates import house, open_to_all
from aquacert.http.offline import OfflineApp
from aquacert.trust.qr import check_code, tidy_code
from aquacert.verification.queries.pages import NOT_ANSWERING
from aquacert.verification.queries.tables import offline_tables
from aquacert.verification.views.desk import (
    NOTHING,
    OPEN,
    SILENT,
    TOO_FAST,
    bp,
    caller,
    desk,
    language,
    send_form,
    steady,
)

SHELL = (
    "css/tokens.css",
    "css/public.css",
    "js/scan.js",
    "js/verify.js",
    "js/trust.js",
    "vendor/zxing-reader.js",
    "vendor/zxing_reader.wasm",
    "vendor/sm-crypto.js",
    "icon.svg",
    "icon-192.png",
)
"""Files the scanner needs with no network."""
TABLES_SECONDS = 86400
APP = OfflineApp(
    scope="/verify",
    name="水产苗种检疫查验",
    short_name="检疫查验",
    background="#f1f6f6",
    theme="#0b6e78",
    shell=SHELL,
    worker="js/verify-worker.js",
)


@bp.get("/verify")
@open_to_all(OPEN)
def verify() -> ResponseReturnValue:
    """Scan, or ask for number and check code; a good pair leads to the certificate's page."""
    number = request.args.get("number", "").replace(" ", "").strip()[:20]
    code = tidy_code(request.args.get("code", ""))[:12]
    if not number and not code:
        return send_form(language())
    if len(number) != 10 or not number.isascii() or not number.isdigit() or len(code) != 6:
        return send_form(language(), NOTHING, number, code, status=422)
    if not desk().asked.allows(caller(), steady()):
        return send_form(language(), TOO_FAST, number, code, status=429)
    try:
        with house().database.look() as unit:
            found = certificates.public_id_of_number(unit, number)
    except NOT_ANSWERING:
        return send_form(language(), SILENT, number, code)
    expected = check_code(found) if found else "------"
    if not hmac.compare_digest(expected.encode(), code.encode()) or found is None:
        return send_form(language(), NOTHING, number, code, status=404)
    tail = "?lang=en" if language() == "en" else ""
    return redirect(f"/c/{found}{tail}", code=303)


@bp.get("/verify/manifest.webmanifest")
@open_to_all(OPEN)
def verify_manifest() -> Response:
    """Say how the scanner is installed (W3C Web App Manifest)."""
    return APP.manifest()


@bp.get("/verify/worker.js")
@open_to_all(OPEN)
def verify_worker() -> Response:
    """Give the service worker, with the version of what it keeps; its scope covers /verify."""
    return APP.script(shell_version())


@bp.get("/verify/tables.json")
@open_to_all("行政区划和品种名称是公开的")
def verify_tables() -> ResponseReturnValue:
    """Give the names behind the codes inside a QR code, to be read without a network."""
    with house().database.look() as unit:
        tables = offline_tables(unit)
    response = jsonify(tables)
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:16])
    response.headers["Cache-Control"] = f"public, max-age={TABLES_SECONDS}"
    return response.make_conditional(request)


@lru_cache(maxsize=1)
def shell_version() -> str:
    """Return the mark of this release's scanner: any changed file makes another."""
    return APP.version()
