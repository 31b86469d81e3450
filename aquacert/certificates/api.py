"""JSON doors of the certificates, under /api/v1/certificates. A token reads; it never signs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.certificates import queries
from aquacert.http.api import answer, cursor, listing, size
from aquacert.http.gates import allowed, look
from aquacert.kernel.errors import NotAllowed
from aquacert.kernel.permissions import P

bp = Blueprint("certificates_api", __name__, url_prefix="/api/v1/certificates")


@bp.get("/")
@allowed(P.CERTIFICATE_READ)
def index() -> ResponseReturnValue:
    """Return the visible certificates, oldest first."""
    with look() as unit:
        return listing(queries.certificates_page(unit, cursor(), size()), _shape)


@bp.get("/<uuid:certificate_id>")
@allowed(P.CERTIFICATE_READ)
def show(certificate_id: UUID) -> ResponseReturnValue:
    """Return one certificate."""
    with look() as unit:
        return answer(_shape(queries.certificate(unit, certificate_id)))


@bp.post("/")
@allowed(P.CERTIFICATE_READ, P.CERTIFICATE_ISSUE)
def issue() -> ResponseReturnValue:
    """Refuse: a certificate is signed by a person with a second factor, never by a token alone."""
    raise NotAllowed("签发要官方兽医本人登录并核验动态口令，接口令牌不能签发。")


def _shape(line: queries.CertificateLine) -> dict[str, Any]:
    """Return a certificate as JSON; times RFC 3339, quantities exact integers with their unit."""
    return {
        "id": line.certificate_id,
        "number": line.number,
        "kind": line.kind,
        "status": line.status,
        "public_id": line.public_id,
        "declaration": line.declaration_no,
        "load": line.load_no,
        "load_id": line.load_id,
        "office": line.office,
        "vet": line.vet_number,
        "origin": line.origin_code,
        "destination": line.destination_code,
        "species_code": line.species_code,
        "species": line.species,
        "quantity": line.quantity,
        "unit": line.unit,
        "issued_at": line.issued_at,
        "valid_until": line.valid_until,
        "arrived_at": line.arrived_at,
        "replaces": line.replaces_id,
        "successor": line.successor_id,
    }
