"""Forms of the pools: choose, give up, take back, set a limit."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField

from labs.register.forms import NEEDED, LabForm


class PoolForm(LabForm):
    """The chosen tests come as checkboxes named `order`."""

    @staticmethod
    def chosen(texts: list[str]) -> list[UUID]:
        """Return the tests that were ticked; what is no id is left out."""
        found = []
        for text in texts:
            try:
                found.append(UUID(text))
            except ValueError:
                continue
        return found


class LimitForm(LabForm):
    """How many items one pool of a method may hold from a day on."""

    method_code = SelectField(_l("方法"), validators=[NEEDED])
    most = IntegerField(
        _l("每个混样至多"), validators=[NEEDED], default=5, description=_l("1 表示不许混样")
    )
    may_mix = BooleanField(_l("可以混不同来源的样品"))
    from_on = DateField(_l("起始日"), validators=[NEEDED])
    source = StringField(_l("依据"), validators=[NEEDED], description=_l("标准条款或验证报告"))
