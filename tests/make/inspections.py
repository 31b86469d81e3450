"""Builders of inspections: all go through commands."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Mapping
from uuid import UUID

from PIL import Image

from aquacert.demo.findings import healthy
from aquacert.inspections.commands import (
    add_photo,
    give_verdict,
    keep_findings,
    start_inspection,
    suspect,
)
from aquacert.inspections.queries import sheet
from aquacert.inspections.rules import NEEDED_SLOTS, Act, Value, number_words
from aquacert.kernel.work import Database
from tests.make.declarations import Paper

COUNT = itertools.count(1)


def picture(shade: int | None = None, kind: str = "PNG", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small real picture that no other call returns."""
    number = next(COUNT) if shade is None else shade
    noise = hashlib.shake_128(number.to_bytes(8, "big")).digest(192)
    image = Image.frombytes("RGB", (8, 8), noise).resize(size)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def start(db: Database, paper: Paper) -> list[UUID]:
    """Begin the visit as the assigned vet; return the checks."""
    with db.work(paper.vet.actor) as w:
        return start_inspection(w, paper.declaration_id)


def fill(db: Database, paper: Paper, check_id: UUID, *, abnormal: str = "") -> None:
    """Answer every item and take the needed photographs."""
    with db.work(paper.vet.actor) as w:
        keep_findings(w, check_id, healthy(sheet(w, check_id).items, abnormal=abnormal))
        for slot in sorted(NEEDED_SLOTS):
            add_photo(w, check_id, slot, picture(), "a.jpg")


def inspect(
    db: Database, paper: Paper, *, outcome: Act = Act.PASS, suspected: tuple[str, ...] = ()
) -> list[UUID]:
    """Check every batch with the same verdict and return the checks."""
    checks = start(db, paper)
    for check_id in checks:
        fill(db, paper, check_id)
        with db.work(paper.vet.actor) as w:
            if suspected:
                suspect(w, check_id, suspected)
            declared = sheet(w, check_id).batch.quantity
            note = "群体抽检未见异常" if outcome is Act.PASS else "肝胰腺萎缩，停止起运"
            give_verdict(w, check_id, outcome, declared, note)
    return checks


def tapped(answers: Mapping[str, Value]) -> dict[str, str | list[str]]:
    """Return answers as the checklist's form sends them."""
    return {
        f"item_{key}": list(value)
        if isinstance(value, tuple)
        else number_words(value)
        if isinstance(value, int)
        else value.value
        for key, value in answers.items()
    }
