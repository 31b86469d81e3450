"""A typesetter that never comes back: the certificate stands, its PDF is made by the next worker."""

from __future__ import annotations

import importlib
import threading
from datetime import timedelta

from sqlalchemy import select

from aquacert.app import runner_of
from aquacert.certificates.models import Certificate
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.outbox import OutboxRow
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person
from tests.make.certificates import issue_one

render = importlib.import_module("aquacert.certificates.issuing.commands.render")


def made(db, certificate_id):
    """Return the facts of documents made, and the PDFs that the certificate owns."""
    with db.look(SYSTEM) as look:
        facts = select(AuditEntry).where(AuditEntry.tag == "certificates:documents:make")
        files = look.files_of(look.get(Certificate, certificate_id))
        return len(look.scalars(facts)), [
            file.sha256 for file in files if file.media_type == "application/pdf"
        ]


def test_a_renderer_that_hangs_leaves_the_certificate_in_force_and_its_pdf_to_be_made(
    house, db, client, monkeypatch
):
    certificate = issue_one(house)
    entered, release, real = threading.Event(), threading.Event(), render.signed_certificate

    def hangs(*given, **named):
        entered.set()
        release.wait(60)
        return real(*given, **named)

    monkeypatch.setattr(render, "signed_certificate", hangs)
    stuck = runner_of(house)
    worker = threading.Thread(target=stuck.run_all)
    worker.start()
    assert entered.wait(30)
    with db.look(SYSTEM) as look:
        public_id = look.get(Certificate, certificate).public_id
    assert 'data-state="valid"' in client.get(f"/c/{public_id}").text
    assert make_person(db).person_id  # nobody's writing waits for the typesetter
    assert made(db, certificate) == (0, [])

    assert stuck.stuck() is None
    job = stuck.stuck(timedelta(0))
    assert job.task == "certificates.render"
    stuck.let_go(job)
    with db.look(SYSTEM) as look:
        row = look.session.get(OutboxRow, job.seq)
        assert (row.lease_until, row.done_at, row.error) == (None, None, "TimeoutError: it hung")
    monkeypatch.setattr(render, "signed_certificate", real)
    db.clock.forward(minutes=6)
    runner_of(house).run_all()
    facts, pdfs = made(db, certificate)
    assert (facts, len(pdfs)) == (1, 1)

    release.set()
    worker.join(60)
    assert made(db, certificate) == (1, pdfs)
    assert stuck.stuck(timedelta(0)) is None
