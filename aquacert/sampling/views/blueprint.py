"""The blueprint of sampling and what its pages share."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid
from aquacert.sampling.queries.labs import LabChoice

bp = Blueprint("sampling", __name__, url_prefix="/sampling")
OUTCOME_WORDS = {
    "negative": "阴性",
    "positive": "阳性",
    "grey": "可疑，重测",
    "invalid": "无效，重测",
    "inconclusive": "无法判定",
}


def lab_option(choice: LabChoice) -> SelectChoice:
    """Return a laboratory as a choice that says how busy it is, or why it cannot be chosen."""
    if choice.is_partly:
        words = _("%(lab)s（只能送一部分：%(why)s）", lab=choice.name, why=choice.fault)
        return SelectChoice(str(choice.lab_id), words)
    if choice.fault:
        words = _("%(lab)s（不能送：%(why)s）", lab=choice.name, why=choice.fault)
        return SelectChoice(str(choice.lab_id), words, render_kw={"disabled": True})
    load = choice.load
    said = _("在检 %(n)s 份，路上 %(m)s 份", n=load.owed, m=load.on_the_way)
    if load.capacity_per_day:
        said += _("，每天能检 %(n)s 份", n=load.capacity_per_day)
    if load.is_full:
        said += _("，已排满")
    return SelectChoice(str(choice.lab_id), f"{choice.name} · {said}")


def read_moment(written: str, field: str) -> datetime | None:
    """Return the instant of a page's date-and-time field (Shanghai); None when left empty."""
    if not written.strip():
        return None
    try:
        return datetime.fromisoformat(written.strip().replace(" ", "T")).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Invalid("时间看不懂。", **{field: "照 2026-05-09 16:00 这样写"}) from None
