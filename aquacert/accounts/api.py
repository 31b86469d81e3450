"""The JSON doors of accounts: who am I, the inbox, questions, the bodies of the own jurisdiction."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from aquacert.accounts.commands import answer_question, ask_question, mark_read
from aquacert.accounts.models import InboxMessage, Organisation
from aquacert.accounts.queries import (
    OfficeLine,
    inbox_stretch,
    message,
    organisations_stretch,
    published_offices,
    read_ids,
    standing,
)
from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, current_actor, look, signed_in, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P

bp = Blueprint("accounts_api", __name__, url_prefix="/api/v1/accounts")


@bp.get("/me")
@signed_in
def me() -> Response:
    """Say who the token stands for: roles, permissions, body. No personal data."""
    actor = current_actor()
    return answer(
        {
            "person_id": actor.person_id,
            "label": actor.label,
            "roles": sorted(actor.roles),
            "lent_roles": sorted(actor.lent_roles),
            "permissions": sorted(actor.permissions),
            "organisation_id": actor.organisation_id,
            "division": actor.county,
        }
    )


@bp.get("/inbox")
@allowed(P.INBOX_READ)
def inbox() -> Response:
    """List the own messages, oldest first."""
    with look() as unit:
        found = inbox_stretch(unit, cursor(), size())
        read = read_ids(unit)
    return listing(found, lambda row: message_shape(row, is_read=row.id in read))


def message_shape(row: InboxMessage, *, is_read: bool) -> dict[str, Any]:
    """Return a message as JSON holds it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "body": row.body,
        "link": row.link,
        "sender": row.sender,
        "sent_at": row.sent_at,
        "read": is_read,
    }


@bp.post("/inbox/<uuid:message_id>/read")
@allowed(P.INBOX_READ)
def read_message(message_id: UUID) -> Response:
    """Note that the person has read a message."""
    with work(once=api_key()) as w:
        row = message(w, message_id)
        mark_read(w, message_id)
        w.reply = as_text(message_shape(row, is_read=True))
        return Response(w.reply, mimetype="application/json")


@bp.post("/questions")
@allowed(P.INBOX_READ)
def ask() -> Response:
    """Ask another body something: to_organisation, subject, body."""
    asked = body()
    target = _uuid(needed(asked, "to_organisation"), "to_organisation")
    with work(once=api_key()) as w:
        question_id = ask_question(
            w,
            to_organisation=target,
            subject=str(needed(asked, "subject")),
            body=str(needed(asked, "body")),
        )
        w.reply = as_text({"id": question_id})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.post("/questions/<uuid:question_id>/answers")
@allowed(P.INBOX_READ)
def answer_it(question_id: UUID) -> Response:
    """Answer a question, or add a word to the own one: body."""
    words = str(needed(body(), "body"))
    with work(once=api_key()) as w:
        answer_question(w, question_id, body=words)
        w.reply = as_text({"id": question_id})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.get("/organisations")
@allowed(P.ACCOUNT_MANAGE, P.HATCHERY_READ, P.STATISTICS_READ)
def organisations() -> Response:
    """List the bodies of the own jurisdiction with their standing."""
    with look() as unit:
        found = organisations_stretch(unit, cursor(), size())
        levels = {row.id: standing(unit, row.id).level for row in found.items}
    return listing(found, lambda row: organisation_shape(row, levels[row.id]))


def organisation_shape(row: Organisation, level: str) -> dict[str, Any]:
    """Return a body as JSON holds it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "parent_id": row.parent_id,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "uscc": row.uscc,
        "division": row.division_code,
        "state": row.state,
        "standing": level,
    }


@bp.get("/offices")
@signed_in
def offices() -> Response:
    """List every open and published declaration office with the divisions it serves."""
    with look() as unit:
        found = published_offices(unit)
    return answer({"items": [office_shape(line) for line in found]})


def office_shape(line: OfficeLine) -> dict[str, Any]:
    """Return an office as JSON holds it."""
    return {
        "id": line.office_id,
        "organisation_id": line.organisation_id,
        "name_zh": line.name_zh,
        "name_en": line.name_en,
        "division": line.division_code,
        "serves": list(line.serves),
        "address": line.address,
        "phone": line.phone,
        "hours": line.hours,
        "takes": line.takes,
        "opened_on": line.opened_on,
    }


def _uuid(value: object, field: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        sentence = "应该是一个 UUID。"
        raise Invalid(sentence, **{field: sentence}) from None
