"""Registered feeds at the desk: health, register, change, fetch now, what visits brought."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.outbound import check_reachable
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.surveillance.commands.sources import (
    ask_now,
    change_feed,
    new_secret,
    register_feed,
    switch_feed,
)
from aquacert.surveillance.forms import EmptyForm
from aquacert.surveillance.forms.sources import SourceForm
from aquacert.surveillance.models.visits import Feed
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.queries.feednames import MAPPED
from aquacert.surveillance.queries.mappings import mapping_lines
from aquacert.surveillance.queries.sources import source, sources, visits
from aquacert.surveillance.rules.visits import (
    HEALTH_KINDS,
    HEALTH_WORDS,
    KINDS,
    OUTCOME_WORDS,
    WAY_WORDS,
    Outcome,
    Way,
)
from aquacert.surveillance.views.blueprint import bp

IMPORT = P.EVENT_IMPORT


@bp.get("/sources")
@allowed(IMPORT)
def sources_index() -> ResponseReturnValue:
    """Every feed: how it comes, until when its data reaches, how it stands, when it is tried next."""
    with look() as unit:
        found = sources(unit)
        return page("surveillance/sources.html", found=found, titles=_titles(unit), **_words())


@bp.route("/sources/new", methods=["GET", "POST"])
@allowed(IMPORT)
def source_new() -> ResponseReturnValue:
    """Put a feed on record."""
    form = SourceForm()
    with look() as unit:
        _offer(unit, form)
    if form.validate_on_submit():
        with form.catching():
            _judged(form)
            with work(once=form.key()) as w:
                source_id = register_feed(w, form.said())
                w.reply = url_for(".source_show", source_id=source_id)
        if not form.wrong:
            flash(_("已登记。"), "ok")
            return redirect(w.reply or url_for(".sources_index"))
    return page("surveillance/source_form.html", form=form, row=None), form.status


@bp.route("/sources/<uuid:source_id>/change", methods=["GET", "POST"])
@allowed(IMPORT)
def source_change(source_id: UUID) -> ResponseReturnValue:
    """Change what is on record of a feed; its key stays."""
    with look() as unit:
        row = unit.get(Feed, source_id)
        form = SourceForm(obj=None if request.method == "POST" else row)
        _offer(unit, form)
        if request.method == "GET":
            form.form.data = str(row.mapping_id) if row.mapping_id else row.format
            form.feed_key.data = row.key
    if form.validate_on_submit():
        with form.catching():
            _judged(form)
            with work(once=form.key()) as w:
                change_feed(w, source_id, form.said())
                w.reply = url_for(".source_show", source_id=source_id)
        if not form.wrong:
            flash(_("已保存。"), "ok")
            return redirect(w.reply or url_for(".sources_index"))
    return page("surveillance/source_form.html", form=form, row=row), form.status


@bp.get("/sources/<uuid:source_id>")
@allowed(IMPORT)
def source_show(source_id: UUID) -> ResponseReturnValue:
    """One feed and what its visits brought."""
    return _show(source_id)


@bp.post("/sources/<uuid:source_id>/visit")
@allowed(IMPORT)
def source_visit(source_id: UUID) -> ResponseReturnValue:
    """Let a feed be visited with the next round, within a minute."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        ask_now(w, source_id)
        w.reply = url_for(".source_show", source_id=source_id)
    flash(_("一分钟内会去取，结果记在这一页。"), "ok")
    return redirect(w.reply)


@bp.post("/sources/<uuid:source_id>/<any(on,off):word>")
@allowed(IMPORT)
def source_switch(source_id: UUID, word: str) -> ResponseReturnValue:
    """Switch a feed on or off."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        switch_feed(w, source_id, on=word == "on")
        w.reply = url_for(".source_show", source_id=source_id)
    return redirect(w.reply)


@bp.post("/sources/<uuid:source_id>/secret")
@allowed(IMPORT)
def source_secret(source_id: UUID) -> ResponseReturnValue:
    """Make a new signing key of a feed that is pushed; it is shown this once."""
    EmptyForm().validate()
    with work() as w:
        fresh = new_secret(w, source_id)
    return _show(source_id, fresh)


def _show(source_id: UUID, secret: str = "") -> ResponseReturnValue:
    with look() as unit:
        line = source(unit, source_id)
        return page(
            "surveillance/source.html",
            line=line,
            row=line.feed,
            title=_titles(unit).get(_form_of(line.feed), line.feed.format),
            pages=unit.pages(visits(unit, source_id), request.args.get("page", 1, type=int)),
            form=EmptyForm(formdata=None),
            secret=secret,
            **_words(),
        )


def _judged(form: SourceForm) -> None:
    """Refuse an address that leads inside today; asked before any transaction is open."""
    if form.way.data != Way.URL.value:
        return
    try:
        allow = house().settings.allow_private_fetch
        check_reachable(form.address.data or "", allow_private=allow)
    except Invalid as error:
        raise Invalid(error.sentence, address=error.sentence) from None


def _offer(look: Look, form: SourceForm) -> None:
    form.form.choices = [SelectChoice(value, _(word)) for value, word in _titles(look).items()]


def _titles(look: Look) -> dict[str, str]:
    saved = {str(one.mapping.id): one.mapping.name for one in mapping_lines(look)}
    formats = [one for one in FORMATS.values() if not one.is_hidden]
    return saved | {one.name: one.title for one in formats}


def _form_of(feed: Feed) -> str:
    return str(feed.mapping_id) if feed.format == MAPPED else feed.format


def _words() -> dict[str, object]:
    return {
        "ways": {key.value: word for key, word in WAY_WORDS.items()},
        "healths": HEALTH_WORDS,
        "health_kinds": HEALTH_KINDS,
        "outcomes": {one.value: (OUTCOME_WORDS[one], KINDS[one]) for one in Outcome},
    }
