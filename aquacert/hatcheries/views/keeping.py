"""What a farm keeps of itself on the phone: licences with scans, ponds, persons."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from aquacert.hatcheries.commands import (
    add_pond,
    attach_scan,
    end_person,
    keep_person,
    leave_pond,
    renew_licence,
    shape_pond,
)
from aquacert.hatcheries.forms.farms import ActForm
from aquacert.hatcheries.forms.records import PersonForm, PondForm, RenewForm, ScanForm
from aquacert.hatcheries.models import Pond
from aquacert.hatcheries.queries import licences, own_hatchery, people_of, pond, ponds, scan
from aquacert.hatcheries.queries.farms import LicenceLine
from aquacert.hatcheries.queries.records import accounts_of
from aquacert.hatcheries.rules import LICENCE_WORDS, licence_warning
from aquacert.hatcheries.rules.outline import (
    SORT_WORDS,
    as_geojson,
    as_lines,
    drawn,
    read_outline,
    volume_m3,
)
from aquacert.hatcheries.rules.people import POST_WORDS
from aquacert.hatcheries.views.blueprint import bp, day, named_species
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.reference.rules.dates import Side
from aquacert.reference.rules.quantity import parse_quantity


@bp.get("/own/licences")
@allowed(P.HATCHERY_KEEP)
def own_licences() -> ResponseReturnValue:
    """Every licence with its scans, and what can be done for it."""
    return _licences_page(ScanForm())


@bp.post("/own/licences/<uuid:licence_id>/scans")
@allowed(P.HATCHERY_KEEP)
def keep_scan(licence_id: UUID) -> ResponseReturnValue:
    """Add a picture or PDF of a licence."""
    form = ScanForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            _own_licence(w, licence_id)
            if not _attach(w, licence_id, form.scan.data):
                raise Invalid("还没有选文件。", scan="请先选一张照片或 PDF。")
            w.reply = url_for(".own_licences")
        if not form.wrong:
            flash(_("扫描件已上传"))
            return redirect(url_for(".own_licences"))
    return _licences_page(form), 422


@bp.route("/own/licences/<uuid:licence_id>/renew", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def renew(licence_id: UUID) -> ResponseReturnValue:
    """Put a renewed licence on record before the old one ends."""
    with look() as unit:
        old = _own_licence(unit, licence_id)
    species = "、".join(old.species_names)
    begins = old.until_on + timedelta(days=1)
    form = RenewForm(data={"number": old.number, "from_on": str(begins), "species": species})
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            _own_licence(w, licence_id)
            fresh = renew_licence(
                w,
                licence_id,
                number=form.number.data or "",
                from_on=day(w, form.from_on.data, "from_on", Side.ANY),
                until_on=day(w, form.until_on.data, "until_on", Side.AHEAD),
                species=named_species(w, form.species.data or "", "species"),
            )
            _attach(w, fresh, form.scan.data)
            w.reply = url_for(".own_licences")
        if not form.wrong:
            flash(_("续期已登记，等县里核实后生效"))
            return redirect(url_for(".own_licences"))
    shown = page("hatcheries/renew.html", form=form, line=old, licence_words=LICENCE_WORDS)
    return shown, form.status


@bp.get("/licences/<uuid:licence_id>/scans/<uuid:file_id>")
@allowed(P.HATCHERY_READ)
def licence_scan(licence_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A scan of a licence, for the farm and its officials."""
    with look() as unit:
        file, data = scan(unit, licence_id, file_id)
    is_pdf = file.media_type == "application/pdf"
    return send_file(
        io.BytesIO(data), mimetype=file.media_type, as_attachment=is_pdf, download_name=file.name
    )


@bp.get("/own/ponds")
@allowed(P.HATCHERY_KEEP)
def own_ponds() -> ResponseReturnValue:
    """Every pond with its outline and size."""
    with look() as unit:
        farm = own_hatchery(unit)
        found = ponds(unit, farm.id)
    return page("hatcheries/ponds.html", farm=farm, ponds=found, sorts=SORT_WORDS, shape=shape)


@bp.route("/own/ponds/new", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def new_pond() -> ResponseReturnValue:
    """Put a pond on record."""
    form = PondForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            pond_id = add_pond(w, own_hatchery(w).id, form.name.data or "")
            _keep_shape(w, pond_id, form)
            w.reply = url_for(".own_ponds")
        if not form.wrong:
            flash(_("塘口已登记"))
            return redirect(url_for(".own_ponds"))
    return page("hatcheries/pond_shape.html", form=form, pond=None, shape=shape), form.status


@bp.route("/own/ponds/<uuid:pond_id>", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def edit_pond(pond_id: UUID) -> ResponseReturnValue:
    """Change a pond's outline and size; its name stays, for the ledger's sake."""
    with look() as unit:
        row = _own_pond(unit, pond_id)
    form = PondForm(data=_typed(row))
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            _own_pond(w, pond_id)
            _keep_shape(w, pond_id, form)
            w.reply = url_for(".own_ponds")
        if not form.wrong:
            flash(_("塘口已更改"))
            return redirect(url_for(".own_ponds"))
    shown = page("hatcheries/pond_shape.html", form=form, pond=row, shape=shape, act=ActForm())
    return shown, form.status


@bp.post("/own/ponds/<uuid:pond_id>/<any(leave,use):word>")
@allowed(P.HATCHERY_KEEP)
def use_pond(pond_id: UUID, word: str) -> ResponseReturnValue:
    """Say that a pond is no longer used, or is again."""
    form = ActForm()
    with work(once=form.key()) as w:
        _own_pond(w, pond_id)
        leave_pond(w, pond_id, is_used=word == "use")
        here = w.reply = url_for(".own_ponds")
    flash(_("塘口已恢复使用") if word == "use" else _("塘口已停用"))
    return redirect(here)


@bp.get("/own/ponds.geojson")
@allowed(P.HATCHERY_KEEP)
def ponds_geojson() -> ResponseReturnValue:
    """Every outline as one GeoJSON file (RFC 7946)."""
    with look() as unit:
        found = ponds(unit, own_hatchery(unit).id)
    return collection(found), {"Content-Type": "application/geo+json"}


@bp.route("/own/people", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def own_people() -> ResponseReturnValue:
    """Who is who, and one more."""
    form = PersonForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            keep_person(w, own_hatchery(w).id, **form.asked())
            w.reply = url_for(".own_people")
        if not form.wrong:
            flash(_("人员已登记"))
            return redirect(url_for(".own_people"))
    with look() as unit:
        farm = own_hatchery(unit)
        found, known = people_of(unit, farm.id), accounts_of(unit, farm.organisation_id)
    shown = page(
        "hatcheries/people.html",
        form=form,
        people=found,
        accounts=known,
        posts=POST_WORDS,
        act=ActForm(),
    )
    return shown, form.status


@bp.post("/own/people/<uuid:farm_person_id>/end")
@allowed(P.HATCHERY_KEEP)
def leave(farm_person_id: UUID) -> ResponseReturnValue:
    """Say that a person no longer is what they were."""
    form = ActForm()
    with work(once=form.key()) as w:
        end_person(w, farm_person_id)
        here = w.reply = url_for(".own_people")
    flash(_("已离任"))
    return redirect(here)


def collection(found: list[Pond]) -> dict[str, object]:
    """Return ponds as a GeoJSON collection."""
    return {
        "type": "FeatureCollection",
        "features": [
            as_geojson(
                _ring(row),
                {
                    "id": str(row.id),
                    "name": row.name,
                    "sort": row.sort,
                    "area_m2": row.area_m2,
                    "depth_cm": row.depth_cm,
                    "volume_m3": row.volume_m3,
                    "in_use": row.left_on is None,
                },
            )
            for row in found
        ],
    }


def _ring(row: Pond) -> list[tuple[float, float]]:
    return [(lon, lat) for lon, lat in row.outline or []]


def shape(row: Pond) -> str:
    """Return the points of a pond's drawing."""
    return drawn(_ring(row))


def _typed(row: Pond) -> dict[str, object]:
    """Return a pond as its form would have been filled in: what is computed stays empty."""
    computed = volume_m3(row.area_m2, row.depth_cm) == row.volume_m3
    return {
        "name": row.name,
        "sort": row.sort,
        "outline": as_lines(_ring(row)),
        "area": "" if row.outline else str(row.area_m2 or ""),
        "depth": str(row.depth_cm or ""),
        "volume": "" if computed else str(row.volume_m3 or ""),
    }


def _keep_shape(w: Work, pond_id: UUID, form: PondForm) -> None:
    typed = (form.outline.data or "").strip()
    shape_pond(
        w,
        pond_id,
        sort=form.sort.data or "",
        corners=read_outline(typed) if typed else (),
        area=_whole(form, "area"),
        depth_cm=_whole(form, "depth"),
        volume=_whole(form, "volume"),
    )


def _whole(form: PondForm, name: str) -> int | None:
    typed = str(form[name].data or "").strip()
    return parse_quantity(typed, field=name) if typed else None


def _own_licence(look: Look, licence_id: UUID) -> LicenceLine:
    for line in licences(look, own_hatchery(look).id):
        if line.licence_id == licence_id:
            return line
    raise NotFound


def _own_pond(look: Look, pond_id: UUID) -> Pond:
    farm, row = pond(look, pond_id)
    if farm.id != own_hatchery(look).id:
        raise NotFound
    return row


def _attach(w: Work, licence_id: UUID, upload: FileStorage | None) -> bool:
    if not upload or not upload.filename:
        return False
    attach_scan(w, licence_id, upload.read(), upload.filename)
    return True


def _licences_page(form: ScanForm) -> str:
    with look() as unit:
        farm = own_hatchery(unit)
        return page(
            "hatcheries/licences.html",
            farm=farm,
            licences=licences(unit, farm.id),
            licence_words=LICENCE_WORDS,
            warning=lambda until: licence_warning(until, unit.today),
            today=unit.today,
            form=form,
        )
