"""Forms of intake: receive an item by its blind code."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice

from labs.intake.rules import CONDITION_WORDS, Condition
from labs.register.forms import NEEDED, LabForm


class ReceiveForm(LabForm):
    """Scan or type a blind code, say how the item came."""

    code = StringField(
        _l("盲样号"),
        validators=[NEEDED],
        render_kw={"autofocus": True, "autocomplete": "off", "inputmode": "text"},
    )
    condition = RadioField(
        _l("收样状态"),
        choices=[
            SelectChoice(condition.value, _l(word)) for condition, word in CONDITION_WORDS.items()
        ],
        default=Condition.GOOD.value,
        validators=[NEEDED],
    )
    note = StringField(_l("情况说明"), description=_l("不是完好时写明看到的情况；拒收必须写"))
