"""Outbox doors of sampling: news from the laboratory."""

from __future__ import annotations

from uuid import UUID

from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from aquacert.sampling.commands import note_inspected, note_report, note_self_test
from aquacert.sampling.commands.annex import make_annex as sign_annex
from aquacert.sampling.commands.boxes import note_box
from aquacert.sampling.commands.plansamples import note_plan_sample
from aquacert.trust.keys import KeyRing


def report_changed(database: Database, report_id: UUID) -> None:
    """Take up a report that was released or withdrawn, on an official sample, a self-test or the plan's."""
    with database.work(SYSTEM) as w:
        note_report(w, report_id)
        note_self_test(w, report_id)
        note_plan_sample(w, report_id)


def make_annex(database: Database, keys: KeyRing, report_id: UUID) -> None:
    """Sign the annex of a report that was released; once it is there nothing is done."""
    sign_annex(database, keys, report_id)


def declaration_inspected(database: Database, declaration_id: UUID) -> None:
    """Take up a declaration whose every batch has its verdict."""
    with database.work(SYSTEM) as w:
        note_inspected(w, declaration_id)


def consignment_closed(database: Database, consignment_id: UUID) -> None:
    """Take up a box that its laboratory has reconciled."""
    with database.work(SYSTEM) as w:
        note_box(w, consignment_id)
