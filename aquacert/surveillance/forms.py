"""Forms of surveillance: a feed file, a verdict, a zone."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import DateField, IntegerField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, NumberRange, Optional

from aquacert.http.forms import Form


class EmptyForm(Form):
    """Only a button."""


class FileForm(Form):
    """One feed file."""

    file = FileField(
        _l("数据文件"),
        validators=[FileRequired(_l("请先选一个文件。"))],
        render_kw={"accept": ".csv,.txt,text/csv"},
    )

    def sent(self) -> tuple[bytes, str]:
        """Return the bytes and the name of what was sent."""
        file: FileStorage = self.file.data
        return file.read(), file.filename or "feed.csv"


class VerdictForm(Form):
    """Grounds for confirming or denying."""

    reason = TextAreaField(
        _l("依据"), validators=[DataRequired(_l("请写明依据，例如复检报告号。"))]
    )


class LiftForm(Form):
    """Grounds for lifting a zone."""

    reason = TextAreaField(
        _l("解除理由"), validators=[DataRequired(_l("请写明解除理由，理由会记入留痕。"))]
    )


class ZoneForm(Form):
    """A zone to open."""

    division_codes = SelectMultipleField(
        _l("管控的区划"), validators=[DataRequired(_l("请至少选一个区划。"))]
    )
    from_on = DateField(_l("起始日"), validators=[DataRequired(_l("请填起始日。"))])
    until_on = DateField(_l("截止日"), validators=[DataRequired(_l("请填截止日。"))])
    radius_km = IntegerField(
        _l("示意半径"),
        validators=[Optional(), NumberRange(1, 100, _l("填 1 到 100 之间的整数。"))],
        description=_l("只画在示意图上；管控按区划"),
    )
    reason = TextAreaField(
        _l("理由"), validators=[DataRequired(_l("请写明理由，理由会记入留痕。"))]
    )
