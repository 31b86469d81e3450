"""The inbox, and questions between bodies."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import answer_question, ask_question, mark_read
from aquacert.accounts.forms import AnswerForm, QuestionForm, choices
from aquacert.accounts.queries import (
    agencies_for,
    inbox_page,
    message,
    question,
    questions_page,
    read_ids,
)
from aquacert.accounts.rules.states import QUESTION_STATES
from aquacert.accounts.views.blueprint import bp
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P


@bp.get("/inbox")
@allowed(P.INBOX_READ)
def inbox() -> ResponseReturnValue:
    """List the own messages, the newest first."""
    words = request.args.get("q", "")
    unread = request.args.get("unread") == "1"
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = inbox_page(unit, words, unread_only=unread, number=number)
        read = read_ids(unit)
    return page("accounts/inbox.html", pages=pages, read=read, q=words, unread=unread)


@bp.get("/inbox/<uuid:message_id>")
@allowed(P.INBOX_READ)
def read_message(message_id: UUID) -> ResponseReturnValue:
    """Show one message and note that it was read."""
    with look() as unit:
        row = message(unit, message_id)
    with work() as w:
        mark_read(w, message_id)
    return page("accounts/message.html", row=row)


@bp.get("/questions")
@allowed(P.INBOX_READ)
def questions() -> ResponseReturnValue:
    """List the questions the own body asked or was asked; open ones first."""
    words = request.args.get("q", "")
    with look() as unit:
        pages = questions_page(unit, words, request.args.get("page", 1, type=int))
    return page("accounts/questions.html", pages=pages, q=words, names=QUESTION_STATES)


@bp.route("/questions/new", methods=["GET", "POST"])
@allowed(P.INBOX_READ)
def ask() -> ResponseReturnValue:
    """Ask an agency responsible for the own place."""
    form = QuestionForm()
    county = current_actor().county
    with look() as unit:
        bodies = agencies_for(unit, county) if county else []
        form.to_organisation.choices = choices((str(row.id), row.name_zh) for row in bodies)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            asked = form.asked()
            target = UUID(asked.pop("to_organisation"))
            question_id = ask_question(w, to_organisation=target, **asked)
            w.reply = url_for(".show_question", question_id=question_id)
        if not form.wrong:
            flash(_("已送到，答复会出现在消息里"))
            return redirect(url_for(".show_question", question_id=question_id))
    return page("accounts/ask.html", form=form, bodies=bodies), form.status


@bp.route("/questions/<uuid:question_id>", methods=["GET", "POST"])
@allowed(P.INBOX_READ)
def show_question(question_id: UUID) -> ResponseReturnValue:
    """Show a question with everything said since; add a word."""
    form = AnswerForm()
    here = url_for(".show_question", question_id=question_id)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            answer_question(w, question_id, body=form.body.data)
            w.reply = here
        if not form.wrong:
            return redirect(here)
    with look() as unit:
        thread = question(unit, question_id)
    return page(
        "accounts/question.html", form=form, thread=thread, names=QUESTION_STATES
    ), form.status
