"""Killing the server while a device sends: nothing acknowledged is lost, nothing happens twice.

A child process takes a visit as the device sends it, files in pieces and then the records, and says
each receipt aloud (durably) only after it was given. It is killed with SIGKILL at some moment; a
new process finds every receipt true, the device goes on from where it was, and at the end the visit
is there once and whole. 5 rounds, or AQUACERT_FAULT_ROUNDS (`make faults`).
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import time
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from aquacert.app import open_house
from aquacert.inspections.commands.sync import begin_upload, take_bytes
from aquacert.inspections.models import DeviceRecord, Photo, Upload
from aquacert.inspections.queries.sync import offset_of, upload_of
from aquacert.inspections.rules.uploads import read_announced
from aquacert.kernel.scope import SYSTEM
from tests.faults.killing import Child
from tests.make.declarations import make_declaration
from tests.make.inspections import picture
from tests.make.sync import Device, outcomes

ROUNDS = int(os.environ.get("AQUACERT_FAULT_ROUNDS", "5"))
PIECE = 700
WINDOW_SECONDS = 1.5


class Aloud:
    """What the child was acknowledged, one line each, on the disk before it goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def say(self, *words: object) -> None:
        with self.path.open("a") as file:
            file.write(" ".join(map(str, words)) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.path.read_text().splitlines()]


class Visit:
    """One visit that a device sends, whatever happens to the server."""

    def __init__(self, db) -> None:
        self.paper = make_declaration(db, state="assigned")
        self.device = Device(db, self.paper.vet.actor)
        self.pictures = [picture(size=(320, 240)) + bytes(2000) for _ in range(2)]
        self.device.upload = lambda data: hashlib.sha256(data).hexdigest()  # no server yet
        self.records = self.device.visit(self.paper)
        photos = [one for one in self.records if one["kind"] == "photo"]
        for one, data in zip(photos, self.pictures, strict=True):
            one["body"]["sha256"] = hashlib.sha256(data).hexdigest()

    def send(self, db, aloud: Aloud) -> None:
        """Send everything, piece by piece and record by record, from wherever it stands."""
        self.device.db = db
        for data in self.pictures:
            self.upload(db, data, aloud)
        for record in self.records:
            [result] = self.device.send(record)
            aloud.say("record", result["id"], result.get("first", result["outcome"]))

    def upload(self, db, data: bytes, aloud: Aloud) -> None:
        said = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        with db.work(self.device.actor) as w:
            row = begin_upload(w, read_announced(said | {"media_type": "image/png"}))
            at, key, done = offset_of(w, row), row.id, row.state == "done"
        while not done:
            piece = io.BytesIO(data[at : at + PIECE])
            at, done = take_bytes(db, self.device.actor, key, at, piece)
            aloud.say("piece", key, at)

    def send_for_ever(self, house, aloud: Aloud) -> None:
        while True:
            self.send(house.database, aloud)


@pytest.mark.faults
@pytest.mark.long
def test_killing_the_server_while_a_device_sends_loses_no_receipt(house, clock, tmp_path, figures):
    settings = house.settings
    visits = [Visit(house.database) for _ in range(ROUNDS)]
    house.database.close()  # no connection may be open across a fork
    draws = random.Random(20260525)
    for number, visit in enumerate(visits):
        aloud = Aloud(tmp_path / f"said-{number}")

        def prepare(visit=visit, aloud=aloud):
            opened = open_house(settings, clock)
            return lambda: visit.send_for_ever(opened, aloud)

        child = Child(prepare)
        child.go()
        time.sleep(draws.random() * WINDOW_SECONDS)
        child.kill()
        again = open_house(settings, clock)
        _believe(again.database, visit, aloud)
        figures.add("rounds")
        figures.add("acknowledged", len(aloud.lines()))
        visit.send(again.database, Aloud(tmp_path / f"rest-{number}"))
        _is_whole(again.database, visit)
        again.database.close()
    figures.add("lost", 0)


def _believe(db, visit: Visit, aloud: Aloud) -> None:
    """Every receipt that was given is true."""
    with db.look(visit.device.actor) as look:
        for kind, key, said in aloud.lines():
            if kind == "piece":
                row = upload_of(look, UUID(key))
                reached = row.size if row.state == "done" else offset_of(look, row)
                assert reached >= int(said)
            else:
                assert look.session.get(DeviceRecord, UUID(key)).outcome == said == "accepted"


def _is_whole(db, visit: Visit) -> None:
    """The visit is there once: each record, each photograph, its verdict."""
    assert outcomes(visit.device.send(*visit.records)) == ["same"] * len(visit.records)
    digests = [hashlib.sha256(data).hexdigest() for data in visit.pictures]
    with db.look(SYSTEM) as look:
        ids = [UUID(one["id"]) for one in visit.records]
        rows = look.scalars(select(DeviceRecord).where(DeviceRecord.id.in_(ids)))
        assert [row.outcome for row in rows] == ["accepted"] * len(ids)
        photos = select(func.count()).where(Photo.original_sha256.in_(digests))
        assert look.session.scalar(photos) == len(digests)
        uploads = select(func.count()).where(Upload.sha256.in_(digests))
        assert look.session.scalar(uploads) == len(digests)
