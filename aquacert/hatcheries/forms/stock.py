"""Forms of the stock ledger. Rules and commands judge what was typed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from aquacert.hatcheries.forms.farms import CHOSEN, NEEDED, STOCK_KINDS, Judged
from aquacert.http.forms import DayField, Form

SURE = _("编号没抄错，照样记入；县里核对认可以前，这一批不能申报")
PAPERS = {"accept": "image/*,.pdf", "capture": "environment"}


class EntryForm(Form):
    """One ledger entry by hand; a purchase names its certificate."""

    kind = RadioField(_("变动原因"), [CHOSEN], choices=STOCK_KINDS)
    quantity = StringField(_("数量"), [NEEDED, Length(max=40)])
    happened_on = DayField(_("哪天发生的"), [Length(max=30)])
    reason = StringField(_("说明"), [Length(max=120)])
    certificate_number = StringField(_("检疫证明编号"), [Length(max=60)])
    photo = FileField(_("检疫证明的照片"), render_kw=PAPERS)
    sure = BooleanField(SURE)


class MoveForm(Form):
    """Seed moves to another pond, or into another lot of the same seed."""

    to = SelectField(_("移到哪里"), [NEEDED], choices=[])
    quantity = StringField(_("数量"), [NEEDED, Length(max=40)])
    happened_on = DayField(_("哪天发生的"), [Length(max=30)])
    reason = StringField(_("原因"), [NEEDED, Length(max=120)])


class CountForm(Form):
    """What was counted in the pond, where the ledger says something else."""

    counted = StringField(_("清点的数"), [NEEDED, Length(max=40)])
    reason = StringField(_("数不对的原因"), [NEEDED, Length(max=120)])


class SheetForm(Form):
    """A workbook of movements."""

    file = FileField(_("填好的模板（.xlsx）"), [Judged()], render_kw={"accept": ".xlsx"})


class RefuseOriginForm(Form):
    """Why the certificate of a purchase is not accepted."""

    because = TextAreaField(_("原因（写给苗种场看）"), [Judged(), Length(max=300)])
