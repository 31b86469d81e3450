"""Doors of the self-test (自检): a hatchery's own phone pages, three steps and no more."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.queries import organisation
from aquacert.hatcheries.queries import lots, own_hatchery
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling import commands
from aquacert.sampling.commands import OwnTaking
from aquacert.sampling.documents import LabelFacts, label
from aquacert.sampling.forms import OwnForm, ParcelForm, PrintForm
from aquacert.sampling.queries.labels import free_labels, prints_of
from aquacert.sampling.queries.labs import lab_choices
from aquacert.sampling.queries.own import own_test, self_test, self_tests
from aquacert.sampling.queries.sheets import content_of
from aquacert.sampling.rules import PRESERVATION_WORDS, STATE_WORDS, Preservation, in_pools
from aquacert.sampling.rules import in_words as pools_in_words
from aquacert.sampling.views.blueprint import OUTCOME_WORDS, bp, lab_option
from aquacert.sampling.views.desk import parcel_of


@bp.get("/own")
@allowed(P.SELF_TEST_KEEP)
def own() -> ResponseReturnValue:
    """The hatchery's own tests, newest first."""
    with look() as unit:
        pages = unit.pages(self_tests(unit), request.args.get("page", 1, type=int))
        return page(
            "sampling/own.html",
            pages=pages,
            tests={row.id: own_test(unit, row) for row in pages.items},
            words=STATE_WORDS,
            outcomes=OUTCOME_WORDS,
        )


@bp.get("/self-tests")
@allowed(P.SAMPLE_READ)
def self_tests_here() -> ResponseReturnValue:
    """What the hatcheries of this person's place had tested themselves; read only."""
    words = request.args.get("q", "")
    with look() as unit:
        pages = unit.pages(self_tests(unit, words), request.args.get("page", 1, type=int))
        return page(
            "sampling/self_tests.html",
            pages=pages,
            q=words,
            tests={row.id: own_test(unit, row) for row in pages.items},
            farms={
                row.organisation_id: organisation(unit, row.organisation_id).name_zh
                for row in pages.items
            },
            species={
                row.species_code: reference.species(unit, row.species_code).name_zh
                for row in pages.items
            },
            words=STATE_WORDS,
            outcomes=OUTCOME_WORDS,
        )


@bp.route("/own/new", methods=["GET", "POST"])
@allowed(P.SELF_TEST_KEEP)
def own_new() -> ResponseReturnValue:
    """Choose the pond, then the disease; scan a label or let one be made."""
    form = OwnForm()
    with look() as unit:
        farm = own_hatchery(unit)
        lines = [line for line in lots(unit, farm.id) if line.balance > 0]
        form.lot_id.choices = [
            SelectChoice(
                str(line.lot_id), f"{line.pond_name} · {line.species_name} {line.life_stage}"
            )
            for line in lines
        ]
        chosen = request.values.get("lot_id", "")
        species = next((one.species_code for one in lines if str(one.lot_id) == chosen), "")
        _offer_diseases(unit, form, species or (lines[0].species_code if len(lines) == 1 else ""))
        spare = free_labels(unit, [farm.organisation_id])
    if not form.is_submitted() and chosen:
        form.lot_id.data = chosen
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            made = commands.take_self_test(
                w,
                UUID(form.lot_id.data),
                form.disease_code.data or "",
                OwnTaking(
                    preservation=Preservation(form.preservation.data),
                    water_temperature=form.water_temperature.data,
                    label=form.label.data or "",
                    label_again=form.label_again.data or "",
                ),
            )
            w.reply = url_for(".own_show", self_test_id=made)
        if not form.wrong:
            flash(_("记下了。照下面两步做：贴标签，送实验室"))
            return redirect(w.reply)
    html = page("sampling/own_new.html", form=form, lines=lines, chosen=chosen, labels=spare)
    return html, form.status


@bp.get("/own/<uuid:self_test_id>")
@allowed(P.SELF_TEST_KEEP)
def own_show(self_test_id: UUID) -> ResponseReturnValue:
    """One self-test: what to do next, and the result when it is there."""
    return _own_page(self_test_id, PrintForm(formdata=None), ParcelForm(formdata=None))


@bp.post("/own/<uuid:self_test_id>/label.pdf")
@allowed(P.SELF_TEST_KEEP)
def own_label(self_test_id: UUID) -> ResponseReturnValue:
    """Print the label; a reprint says why."""
    form = PrintForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.print_self_test(w, self_test_id, form.because.data or "")
        if not form.wrong:
            with look() as unit:
                row = self_test(unit, self_test_id)
                pools = len(in_pools(row.individuals, row.pool_size))
                tubes = pools if form.every_tube.data else 1
                facts = LabelFacts(row.blind_code, content_of(row), row.individuals, tubes)
            return send_file(io.BytesIO(label(facts)), mimetype="application/pdf")
    return _own_page(self_test_id, form, ParcelForm(formdata=None))


@bp.post("/own/<uuid:self_test_id>/send")
@allowed(P.SELF_TEST_KEEP)
def own_send(self_test_id: UUID) -> ResponseReturnValue:
    """Send it to a designated laboratory."""
    form = ParcelForm()
    with look() as unit:
        _offer_labs(unit, form, self_test_id)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.send_self_test(w, self_test_id, UUID(form.lab_id.data), parcel_of(form))
            w.reply = url_for(".own_show", self_test_id=self_test_id)
        if not form.wrong:
            flash(_("送出了。结果出来会发消息告诉您"))
            return redirect(w.reply)
    return _own_page(self_test_id, PrintForm(formdata=None), form)


def _own_page(self_test_id: UUID, form: PrintForm, parcel: ParcelForm) -> ResponseReturnValue:
    with look() as unit:
        row = self_test(unit, self_test_id)
        _offer_labs(unit, parcel, self_test_id)
        html = page(
            "sampling/own_show.html",
            row=row,
            test=own_test(unit, row),
            species=reference.species(unit, row.species_code).name_zh,
            content=content_of(row),
            pools=pools_in_words(in_pools(row.individuals, row.pool_size)),
            kept=PRESERVATION_WORDS[Preservation(row.preservation)],
            prints=prints_of(unit, row.id),
            form=form,
            parcel=parcel,
            words=STATE_WORDS,
            outcomes=OUTCOME_WORDS,
        )
    return html, 422 if form.wrong or parcel.wrong else 200


def _offer_labs(unit: Look, form: ParcelForm, self_test_id: UUID) -> None:
    row = self_test(unit, self_test_id)
    choices = lab_choices(unit, [row.disease_code], [row.organisation_id])
    form.lab_id.choices = [lab_option(choice) for choice in choices]


def _offer_diseases(unit: Look, form: OwnForm, species_code: str) -> None:
    found = reference.duties(unit, species_code, unit.today) if species_code else ()
    form.disease_code.choices = [SelectChoice(one.disease_code, _(one.name_zh)) for one in found]
