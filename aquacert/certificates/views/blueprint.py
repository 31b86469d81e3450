"""The blueprint that the doors of this room hang in."""

from __future__ import annotations

from flask import Blueprint

from aquacert.certificates.queries import certificate
from aquacert.http.personal import holds
from aquacert.kernel.permissions import P

bp = Blueprint("certificates", __name__, url_prefix="/certificates")
holds(
    "certificate",
    certificate,
    P.CERTIFICATE_READ,
    owner="货主",
    owner_phone="货主电话",
    carrier="承运人",
    carrier_phone="承运人电话",
    consignee="收货人",
)
