"""The form that narrows test data, for the laboratory and for officials."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from labs.register.forms.holdings import split
from labs.register.forms.refusals import LabForm

ALL = SelectChoice("", _l("全部"))


class DataForm(LabForm):
    """Which results: every condition given must hold."""

    q = StringField(_l("盲样号或报告编号"), validators=[Optional(), Length(max=60)])
    test = SelectField(_l("疫病与方法"), validators=[Optional()])
    outcome = SelectField(_l("结果"), validators=[Optional()])
    lab = SelectField(_l("实验室"), validators=[Optional()])
    instrument = SelectField(_l("仪器"), validators=[Optional()])
    lot = StringField(_l("试剂批"), validators=[Optional(), Length(max=60)])
    from_on = DateField(_l("检测日从"), validators=[Optional()])
    until_on = DateField(_l("检测日到"), validators=[Optional()])

    def offer(self, **choices: Sequence[tuple[str, str]]) -> None:
        """Fill in what may be chosen: (value, words) for each field; a field not named offers nothing."""
        for name in ("test", "outcome", "lab", "instrument"):
            pairs = choices.get(name, ())
            self[name].choices = [ALL, *(SelectChoice(*pair) for pair in pairs)]

    def question(self) -> dict[str, Any]:
        """Return the arguments of `Asked`; what was not given, or cannot be, is left out."""
        given: dict[str, Any] = {
            "words": self.q.data or "",
            "outcome": self.outcome.data or "",
            "lot": self.lot.data or "",
            "lab_id": _id(self.lab.data),
            "instrument_id": _id(self.instrument.data),
            "from_on": self.from_on.data,
            "until_on": self.until_on.data,
        }
        return {name: value for name, value in (given | split(self.test.data)).items() if value}


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
