"""Forms of the certificates: confirm and sign, say why, receive and hand down numbers."""

from __future__ import annotations

from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from aquacert.accounts.forms import CodeOrKey, SecondFactorForm
from aquacert.certificates.rules.recalls import Question
from aquacert.http.forms import Form
from aquacert.kernel.errors import Invalid


class SignForm(SecondFactorForm):
    """The second factor, for exactly the content whose digest travels with it."""

    digest = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$", message=_l("请刷新页面再签。"))])
    replaces = HiddenField(validators=[Optional()])
    because = StringField(_l("换证原因"), validators=[Optional(), Length(max=200)])
    code = StringField(
        _l("动态口令 6 位"),
        validators=[CodeOrKey(_l("请输入口令器上的 6 位数字。"))],
        description=_l("看你的口令器，每个口令只能用一次"),
    )


class SignManyForm(SecondFactorForm):
    """The second factor, for exactly the loads and contents that the page showed."""

    loads = HiddenField(
        validators=[
            Regexp(
                r"^([0-9a-f-]{36}=[0-9a-f]{64})( [0-9a-f-]{36}=[0-9a-f]{64}){0,19}$",
                message=_l("请刷新页面再签。"),
            )
        ]
    )
    code = StringField(
        _l("动态口令 6 位"),
        validators=[CodeOrKey(_l("请输入口令器上的 6 位数字。"))],
        description=_l("看你的口令器，每个口令只能用一次"),
    )

    def previews(self) -> list[tuple[UUID, str]]:
        """Return (load, digest of what was shown) of each; raise `Invalid` for what is no id."""
        pairs = [pair.split("=") for pair in (self.loads.data or "").split()]
        try:
            return [(UUID(load_id), digest) for load_id, digest in pairs]
        except ValueError:
            raise Invalid("请刷新页面再签。") from None


class ReasonForm(Form):
    """Why something is done to a certificate."""

    because = TextAreaField(
        _l("原因"),
        validators=[
            InputRequired(_l("请写明原因。")),
            Length(2, 200, message=_l("请写 2 到 200 个字。")),
        ],
        description=_l("会留在证书的记录里，查验页上只说“已作废”“已暂停”等状态"),
    )


class HaltForm(Form):
    """Where issuing stops, and why."""

    place = SelectField(_l("停在哪里"), validators=[InputRequired(_l("请选一个地方。"))])
    because = TextAreaField(
        _l("停止原因"),
        validators=[
            InputRequired(_l("请写明原因。")),
            Length(2, 200, message=_l("请写 2 到 200 个字。")),
        ],
        description=_l("兽医在签发页会看到这句话"),
    )


class QuestionForm(Form):
    """Which certificates a recall is for: every condition given must hold."""

    vet = SelectField(_l("签发兽医"), validators=[Optional()])
    lab = SelectField(_l("检测实验室"), validators=[Optional()])
    farm = SelectField(_l("苗种场"), validators=[Optional()])
    county = SelectField(_l("启运地"), validators=[Optional()])
    species = SelectField(_l("品种"), validators=[Optional()])
    report_no = StringField(_l("检测报告编号"), validators=[Optional(), Length(max=60)])
    zone = SelectField(_l("管控区所及"), validators=[Optional()])
    from_on = DateField(_l("签发日期从"), validators=[Optional()])
    until_on = DateField(_l("签发日期到"), validators=[Optional()])
    kit_lot = StringField(_l("试剂盒批号"), validators=[Optional(), Length(max=60)])

    def question(self) -> Question:
        """Return what was asked; raise `Invalid` for what cannot be."""
        return Question(
            vet_id=_id(self.vet.data),
            lab_id=_id(self.lab.data),
            organisation_id=_id(self.farm.data),
            county=self.county.data or "",
            species_code=self.species.data or "",
            report_no=(self.report_no.data or "").strip(),
            zone_id=_id(self.zone.data),
            from_on=self.from_on.data,
            until_on=self.until_on.data,
            kit_lot=(self.kit_lot.data or "").strip(),
        )


class OrderForm(Form):
    """Why everything that was found is suspended at once."""

    because = TextAreaField(
        _l("召回原因"),
        validators=[
            InputRequired(_l("请写明原因。")),
            Length(2, 200, message=_l("请写 2 到 200 个字。")),
        ],
        description=_l("会告诉货主和到达地机构"),
    )


class DecideForm(SecondFactorForm):
    """The second person's reason, and the second factor for exactly this order."""

    because = TextAreaField(
        _l("核实情况"),
        validators=[
            InputRequired(_l("请写明核实情况。")),
            Length(2, 200, message=_l("请写 2 到 200 个字。")),
        ],
    )
    code = StringField(
        _l("动态口令 6 位"), validators=[CodeOrKey(_l("请输入口令器上的 6 位数字。"))]
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
