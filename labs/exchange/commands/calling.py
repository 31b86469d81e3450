"""Call laboratories' own systems when there is work: signed, without saying what it is."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from uuid import UUID

from aquacert.kernel.clock import rfc3339
from aquacert.kernel.errors import Invalid, Unavailable
from aquacert.kernel.outbound import send
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from labs.exchange.commands.facts import SystemCalled
from labs.exchange.models import LabSystem
from labs.exchange.queries import systems_to_call
from labs.exchange.rules import hook_key
from labs.register.queries import laboratory

EVENT = "work.changed"


def call_systems(database: Database, lab_id: UUID) -> None:
    """Tell each system of a laboratory that there is work; raise `Unavailable` when one could not be told.

    A call carries no sample: the system asks for its work with its own token. It may come twice. Headers and
    signature follow Standard Webhooks 1.0 (HMAC-SHA256 over id, timestamp and body).
    """
    with database.look() as look:
        code = laboratory(look, lab_id).code
        called = [
            (row.id, row.webhook_url, row.webhook_secret or "")
            for row in systems_to_call(look, lab_id)
        ]
        now, private = look.now, look.settings.allow_private_fetch
    failed = ""
    for system_id, url, secret in called:
        body = json.dumps(
            {"type": EVENT, "timestamp": rfc3339(now), "data": {"lab": code}}
        ).encode()
        error = ""
        try:
            send(url, body, headers(secret, str(system_id), now, body), allow_private=private)
        except (Unavailable, Invalid) as refused:
            error = failed = refused.sentence
        _note(database, system_id, error)
    if failed:
        raise Unavailable("没有通知到实验室的系统。", detail=failed)


def headers(secret: str, system_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a call, its signature among them."""
    stamp = str(int(now.timestamp()))
    name = f"msg_{hashlib.sha256(system_id.encode() + stamp.encode()).hexdigest()[:32]}"
    signed = f"{name}.{stamp}.".encode() + body
    mac = hmac.new(hook_key(secret), signed, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def _note(database: Database, system_id: UUID, error: str) -> None:
    """Keep when a system was called last, and why it could not be; the trail tells changes only."""
    with database.work(SYSTEM) as w:
        row = w.get_for_change(LabSystem, system_id)
        is_news = row.call_error != error or row.called_at is None
        if not is_news:
            return
        row.called_at, row.call_error = w.now, error
        county = laboratory(w, row.lab_id).division_code
        w.record(SystemCalled(row.name, error), on=row, county=county)
