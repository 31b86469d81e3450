"""The form in which a person says what each column is. Its columns come from the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from aquacert.http.forms import Form
from aquacert.reference.rules.text import storable
from aquacert.surveillance.parsers.peek import Peek, Seeing
from aquacert.surveillance.rules.mapping.days import Order
from aquacert.surveillance.rules.mapping.fields import FIELDS, KNOWN, Field, Shape
from aquacert.surveillance.rules.mapping.spec import NONE, Column, Spec, bare

AUTO, NEW = "auto", "new"
SAYS_NOTHING = "none"
UNDECIDED = "?"


class UploadForm(Form):
    """A file, and how it is to be read."""

    file = FileField(
        _l("数据文件"),
        validators=[FileRequired(_l("请先选一个文件。"))],
        render_kw={"accept": ".csv,.txt,.tsv,.xlsx,.json,.geojson,.xml"},
    )
    way = SelectField(_l("这是什么文件"), default=AUTO)

    def sent(self) -> tuple[bytes, str]:
        """Return the bytes and the name of what was sent."""
        file: FileStorage = self.file.data
        return file.read(), file.filename or "feed.csv"


class SaveForm(Form):
    """A mapping's name, and that somebody looked at what was proposed."""

    name = StringField(
        _l("给这份对照起个名字"),
        validators=[Optional(), Length(max=40)],
        description=_l("下次同一来源的文件，选这个名字就能读，例如“某县月报”"),
    )
    note = StringField(
        _l("这一版改了什么"),
        validators=[Optional(), Length(max=200)],
        description=_l("给以后的人看"),
    )
    seen = BooleanField(
        _l("每一列的建议我都核对过了"),
        validators=[DataRequired(_l("请先核对每一列，再保存。"))],
    )


class MendForm(Form):
    """One cell mended by hand, in one row or in every row alike."""

    value = StringField(
        _l("改成"), validators=[Optional(), Length(max=500)], description=_l("空着就是没有内容")
    )
    alike = BooleanField(_l("同样的行一起改"))


class DropForm(Form):
    """Why rows are dropped."""

    because = TextAreaField(
        _l("丢弃的理由"), validators=[DataRequired(_l("请写明理由，理由会记入留痕。"))]
    )
    alike = BooleanField(_l("同样的行一起丢弃"))


class CodeForm(Form):
    """What a written value means from now on."""

    code = SelectField(_l("以后当作"), validators=[DataRequired(_l("请选一个。"))])


def spec_asked(values: MultiDict[str, str], seen: Peek, before: Spec) -> Spec:
    """Return the mapping that was sent; what was not settled stays open, nothing is filled in
    but what the whole column settles.
    """
    columns = []
    for place, one in enumerate(seen.columns):
        known = FIELDS[before.kind].get(_said(values, f"c{place}-field"))
        if known is not None:
            columns.append(_column(values, f"c{place}", one, known, before))
    heads = seen.heads
    key = [
        heads[int(at)] for at in values.getlist("key") if at.isdecimal() and int(at) < len(heads)
    ]
    fixed = {
        name: _said(values, f"fix-{name}")
        for name in FIELDS[before.kind]
        if _said(values, f"fix-{name}")
    }
    return replace(
        before,
        columns=tuple(columns),
        key=tuple(dict.fromkeys(key)),
        constants=fixed,
        datum=_said(values, "datum") or before.datum,
        decimal_comma=bool(_said(values, "comma")),
    )


def _column(
    values: MultiDict[str, str], name: str, seen: Seeing, known: Field, before: Spec
) -> Column:
    was = next((one for one in before.columns if one.name == seen.name), None)
    is_new = was is None or was.field != known.name
    order = _said(values, f"{name}-order") if known.shape is Shape.DAY else ""
    if known.shape is Shape.DAY and not order and isinstance(seen.days.order, Order):
        order = seen.days.order.value
    return Column(
        seen.name,
        known.name,
        order,
        _codes(values, name, seen, known, is_new=is_new) if known.codes else {},
        _said(values, f"{name}-sep") if known.shape is Shape.SPECIES else "",
        zero_unknown=bool(_said(values, f"{name}-zero"))
        and known.shape in {Shape.COUNT, Shape.DEGREE, Shape.FIGURE},
    )


def _codes(
    values: MultiDict[str, str], name: str, seen: Seeing, known: Field, *, is_new: bool
) -> dict[str, str]:
    """Return the code list sent; of a column that just became a list, what each word means alone."""
    if is_new:
        table: Mapping[str, str] = KNOWN.get(known.name, {})
        return {plain: table[plain] for plain in seen.values if plain in table}
    found: dict[str, str] = {}
    for at, word in enumerate(map(storable, values.getlist(f"{name}-word"))):
        code = _said(values, f"{name}-code-{at}")
        if code == SAYS_NOTHING:
            found[bare(word)] = NONE
        elif code in known.codes:
            found[bare(word)] = code
    return found


def _said(values: MultiDict[str, str], name: str) -> str:
    """Return what was sent, without what no database can keep."""
    return storable(values.get(name, "")).strip(" \t\r")
