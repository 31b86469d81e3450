"""A device at the pond: makes records without a network and sends them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from aquacert.demo.findings import healthy
from aquacert.inspections.commands.sync import begin_upload, take_bytes, take_records
from aquacert.inspections.parsers import checklist
from aquacert.inspections.rules.sync import Reply, Result, read_batch
from aquacert.inspections.rules.uploads import read_announced
from aquacert.kernel.audit import plain
from aquacert.kernel.clock import rfc3339
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database
from tests.make.declarations import Paper
from tests.make.inspections import picture


class Device:
    """One telephone of one vet. `skew`: how far its clock is ahead of the server's."""

    def __init__(self, db: Database, actor: Actor, skew: timedelta = timedelta()) -> None:
        self.db = db
        self.actor = actor
        self.skew = skew
        self.id = uuid4()

    def now(self) -> str:
        """Return what the device's clock says."""
        return rfc3339(self.db.clock.now() + self.skew)

    def record(
        self, kind: str, base: int | None = 1, /, id: UUID | None = None, **body: Any
    ) -> dict[str, Any]:
        """Make a record as the app does."""
        return {
            "id": str(id or uuid4()),
            "kind": kind,
            "base_version": base,
            "at": self.now(),
            "elapsed_ms": 1000,
            "person": str(self.actor.person_id),
            "body": plain(body),
        }

    def request(self, *records: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is sent."""
        return {
            "device": str(self.id),
            "person": str(self.actor.person_id),
            "sent_at": self.now(),
            "records": list(records),
        }

    def reply(self, *records: Mapping[str, Any]) -> Reply:
        """Send records and return the whole answer."""
        return take_records(self.db, self.actor, read_batch(self.request(*records)))

    def send(self, *records: Mapping[str, Any]) -> list[Result]:
        """Send records and return what became of each."""
        return self.reply(*records)["results"]

    def upload(self, data: bytes, media_type: str = "image/png") -> str:
        """Send a file in one piece; return its digest."""
        digest = hashlib.sha256(data).hexdigest()
        announced = {"sha256": digest, "size": len(data), "media_type": media_type}
        with self.db.work(self.actor) as w:
            row = begin_upload(w, read_announced(announced))
            key = row.id
        assert take_bytes(self.db, self.actor, key, 0, io.BytesIO(data)) == (len(data), True)
        return digest

    def visit(self, paper: Paper, quantity: int = 500_000) -> list[dict[str, Any]]:
        """Return the records of a whole healthy visit; its photographs are uploaded already."""
        checks = {str(batch): str(uuid4()) for batch in paper.batch_ids}
        records = [
            self.record("arrived", None, declaration_id=paper.declaration_id),
            self.record("visit.start", None, declaration_id=paper.declaration_id, checks=checks),
        ]
        for batch in paper.batch_ids:
            records += self.batch(batch, quantity)
        return records

    def batch(self, batch_id: UUID, quantity: int = 500_000) -> list[dict[str, Any]]:
        """Return the records of one healthy batch of crustaceans."""
        answers = plain(healthy(checklist("crustacean")))
        photos = [
            self.record("photo", 1, batch_id=batch_id, slot=slot, sha256=self.upload(picture()))
            for slot in ("site", "group")
        ]
        return [
            self.record("findings", 1, batch_id=batch_id, answers=answers),
            *photos,
            self.record("verdict", 1, batch_id=batch_id, outcome="pass", quantity=quantity),
        ]


def outcomes(results: list[Result]) -> list[str]:
    """Return the outcome of each result."""
    return [one["outcome"] for one in results]
