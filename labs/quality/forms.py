"""Forms of the control charts."""

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, StringField, TextAreaField

from labs.register.forms import NEEDED, LabForm


class TargetForm(LabForm):
    """Mean and SD that do not come from the first runs. Which chart is meant stands in the page, out of sight."""

    control = StringField(_l("质控"), validators=[NEEDED])
    lot = StringField(_l("批号"))
    mean = DecimalField(_l("均值（循环）"), places=3, validators=[NEEDED])
    sd = DecimalField(_l("标准差（循环）"), places=3, validators=[NEEDED])
    because = StringField(
        _l("依据"),
        validators=[NEEDED],
        description=_l("例如：试剂盒说明书的定值；另一人确认后才用"),
    )


class NoteForm(LabForm):
    """What was found and done about one value."""

    control = StringField(_l("质控"), validators=[NEEDED])
    run_id = StringField(_l("运行"), validators=[NEEDED])
    cause = TextAreaField(_l("原因"), validators=[NEEDED])
    action = TextAreaField(_l("处理"), validators=[NEEDED])
