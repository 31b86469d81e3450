"""Forms of the crosswalk: what a name means, and a decision about it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from aquacert.http.forms import Form
from aquacert.surveillance.rules.crosswalk import SUBJECT_WORDS, SYSTEM_WORDS
from aquacert.surveillance.rules.events import Realm

HELD = "-"
"""Aquatic, but no disease of our list: kept, and acts on nothing."""


class ProposalForm(Form):
    """What a written name means."""

    subject = RadioField(
        _l("是什么的名称"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in SUBJECT_WORDS.items()],
        default="disease",
        validators=[InputRequired(_l("请选一项。"))],
    )
    written = StringField(
        _l("来源里的名称"),
        validators=[DataRequired(_l("请写来源里的名称。")), Length(max=200)],
    )
    system = SelectField(
        _l("对哪个来源"),
        choices=[SelectChoice(one.value, _l(word)) for one, word in SYSTEM_WORDS.items()],
        description=_l("同一个名称在别的来源另有所指时，才选单个来源"),
    )
    realm = RadioField(
        _l("水生还是陆生"),
        choices=[
            SelectChoice(Realm.AQUATIC.value, _l("水生动物")),
            SelectChoice(Realm.TERRESTRIAL.value, _l("陆生动物：只留存，不起作用")),
        ],
        default=Realm.AQUATIC.value,
        validators=[InputRequired(_l("请选一项。"))],
    )
    code = SelectField(_l("对应本系统的"), validators=[InputRequired(_l("请选一项。"))])
    grounds = TextAreaField(
        _l("依据"),
        validators=[DataRequired(_l("请写依据，例如名录、手册的页码。"))],
    )


class DecisionForm(Form):
    """Why a proposal is approved, rejected or taken back."""

    because = TextAreaField(
        _l("理由"), validators=[DataRequired(_l("请写明理由，理由会记入留痕。"))]
    )
