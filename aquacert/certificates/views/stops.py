"""What stops a farm's lorry, said where the farm looks first: its home page and its lists."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from flask_babel import gettext as _

from aquacert.certificates.rules.states import Status
from aquacert.certificates.status.queries.stopped import stopped_certificates
from aquacert.declarations.queries.zoned import holds_of
from aquacert.http.gates import look
from aquacert.http.sentences import said


@dataclass(frozen=True)
class Stop:
    """Why nothing may be loaded: a heading, and the reason in one sentence."""

    title: str
    because: str
    of_certificate: bool


def furnish(app: Flask) -> None:
    """Let every page of the farm ask what is stopped."""
    app.jinja_env.globals["stopped_papers"] = stopped_papers


def stopped_papers(declaration_ids: Collection[UUID]) -> dict[UUID, Stop]:
    """Return which of these declarations are stopped, by a zone or with their certificate."""
    with look() as unit:
        held = holds_of(unit, declaration_ids)
        certificates = stopped_certificates(unit, declaration_ids)
    found = {
        paper_id: Stop(_("因疫情拦下，先不要装车"), said(holds[0].because), of_certificate=False)
        for paper_id, holds in held.items()
        if holds[0].bars
    }
    for paper_id, (status, because) in certificates.items():
        recalled = status is Status.RECALLED
        title = _("检疫证明已召回，不能运") if recalled else _("检疫证明已暂停，先不要装车")
        found[paper_id] = Stop(title, said(because), of_certificate=True)
    return found
