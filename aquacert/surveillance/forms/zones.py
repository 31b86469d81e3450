"""Forms of a zone: how it should become, and the second person's word."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import (
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from aquacert.http.forms import Form
from aquacert.surveillance.rules.datum import DATUM_WORDS
from aquacert.surveillance.rules.shapes import FLOW_WORDS, TIER_WORDS, Flow


class Quiet(Optional):
    """May be left empty, and the label need not say so."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags = {"optional": True, "optional_quiet": True}


KM = NumberRange(0.1, 100, _l("填 0.1 到 100 之间的公里数。"))
TIERS = [SelectChoice(one.value, _l(word)) for one, word in TIER_WORDS.items()]
DATUMS = [SelectChoice(one.value, _l(word)) for one, word in DATUM_WORDS.items()]
FLOWS = [SelectChoice(one.value, _l(FLOW_WORDS[one])) for one in (Flow.DOWN, Flow.UP)]


class AdjustForm(Form):
    """A zone as it should become: circles around the event, what is kept, what is added."""

    base = IntegerField(validators=[Optional()], widget=HiddenInput())
    seen = HiddenField()
    """Digest of what the last preview showed: nothing takes force that nobody looked at."""
    protection_km = DecimalField(
        _l("保护区半径"), validators=[Quiet(), KM], description=_l("空着就没有这个圆")
    )
    surveillance_km = DecimalField(
        _l("监视区半径"), validators=[Quiet(), KM], description=_l("空着就没有这个圆")
    )
    until_on = DateField(_l("截止日"), validators=[DataRequired(_l("请填截止日。"))])
    tier = SelectField(_l("按名单时的级别"), choices=TIERS)
    keep = SelectMultipleField(
        _l("保留的多边形和河段"),
        validators=[Quiet()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    river = TextAreaField(
        _l("加一个河段"),
        validators=[Optional()],
        description=_l("每行一个点，先经度后纬度；也可以粘贴 GeoJSON 的 LineString"),
    )
    river_name = StringField(_l("河名"), validators=[Optional(), Length(max=40)])
    river_flow = SelectField(_l("在疫点的"), choices=FLOWS)
    river_m = IntegerField(
        _l("河段两侧宽度"), default=500, validators=[Optional(), NumberRange(10, 20_000)]
    )
    area = TextAreaField(
        _l("加一个多边形"),
        validators=[Optional()],
        description=_l("每行一个角，先经度后纬度；也可以粘贴 GeoJSON"),
    )
    area_file = FileField(
        _l("或者上传 GeoJSON 文件"),
        validators=[Optional()],
        render_kw={"accept": ".json,.geojson,application/geo+json"},
    )
    area_name = StringField(_l("多边形的名字"), validators=[Optional(), Length(max=40)])
    area_tier = SelectField(_l("新加部分的级别"), choices=TIERS)
    datum = SelectField(_l("坐标系"), choices=DATUMS)
    reason = TextAreaField(
        _l("原因"), validators=[Quiet()], description=_l("必填，进入留痕；例如：5 月 11 日泄水")
    )

    def drawn(self) -> str | bytes:
        """Return the text or the file of the area to add; empty when none is."""
        file: FileStorage | None = self.area_file.data or None
        return (file.read() if file else b"") or (self.area.data or "").strip()


class DecideForm(Form):
    """The second person's grounds."""

    because = TextAreaField(
        _l("核对依据"), validators=[DataRequired(_l("请写明依据，依据会记入留痕。"))]
    )
