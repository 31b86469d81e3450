"""Forms of worksheets."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired

from labs.register.forms import NEEDED, LabForm


class ChooseForm(LabForm):
    """Choose the assay; the tests come as check boxes named `order`."""

    scope = HiddenField(validators=[NEEDED])
    size = HiddenField(default="96")


class MoveForm(LabForm):
    """Move one well, or take its sample off the plate."""

    source = StringField(_l("从孔"), validators=[NEEDED])
    target = StringField(_l("到孔"), description=_l("空着＝把这个样品拿下板"))
    version = IntegerField(validators=[InputRequired()])
