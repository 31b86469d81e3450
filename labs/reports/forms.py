"""Forms of the reports: authorise what was previewed, state facts, end a report knowing what it touches."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from aquacert.accounts.forms import CodeOrKey, SecondFactorForm
from aquacert.kernel.errors import Invalid
from labs.register.forms import NEEDED, LabForm
from labs.reports.rules import AMENDABLE, Content

SHORT = Length(max=300, message=_l("最多 300 个字"))


class _AsItIs(Length):
    """A field that stands filled in: it is neither asked for nor called optional."""

    def __init__(self) -> None:
        super().__init__(max=300, message=_l("最多 300 个字"))
        self.field_flags: dict[str, object] = {"maxlength": 300, "optional_quiet": True}


AS_IT_IS = _AsItIs()


class ConfirmForm(LabForm, SecondFactorForm):
    """The second factor, worded for the laboratory."""

    code = StringField(
        _l("动态口令"),
        validators=[CodeOrKey(_l("这一项必须填写"))],
        description=_l("手机验证器里现在显示的 6 位数字"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "6"},
    )


class AuthoriseForm(ConfirmForm):
    """Authorise with the second factor; `digest` is that of the preview on the page."""

    digest = HiddenField()


class StatementForm(LabForm):
    """What the report says beside its results."""

    deviations = TextAreaField(
        _l("检测偏离"), validators=[SHORT], description=_l("没有就空着，报告印“无”")
    )
    sampling_deviations = TextAreaField(
        _l("抽样偏离"), validators=[SHORT], description=_l("送样方告知的；没有就空着")
    )
    external = TextAreaField(
        _l("外部提供方的结果"),
        description=_l("一行一项，写成“疫病代码：机构名称”，例如 WSD：示例省疫控中心"),
    )

    def said(self) -> dict[str, Any]:
        """Return the command's arguments; raise `Invalid` for a line of another form."""
        external: dict[str, str] = {}
        for line in (self.external.data or "").splitlines():
            name, sign, who = line.replace(":", "：").partition("：")
            if line.strip() and not (sign and name.strip() and who.strip()):
                raise Invalid("外部结果有一行看不懂", external="一行一项：疫病代码：机构名称")
            if line.strip():
                external[name.strip().upper()] = who.strip()
        return {
            "deviations": self.deviations.data or "",
            "sampling_deviations": self.sampling_deviations.data or "",
            "external": external,
        }


class _Shown(LabForm):
    """Carries the digest of what the page showed as touched."""

    shown = HiddenField()


class AskForm(_Shown):
    """Ask that a report be retracted or invalidated, with its reason."""

    because = TextAreaField(_l("原因"), validators=[NEEDED, SHORT])


class CarryOutForm(_Shown, ConfirmForm):
    """Carry out what another person asked, with the second factor."""


class WithdrawForm(_Shown, ConfirmForm):
    """Withdraw a report, with its reason and the second factor."""

    because = TextAreaField(_l("原因"), validators=[NEEDED, SHORT])


class AmendForm(_Shown, ConfirmForm):
    """Correct words of a report, with the reason and the second factor."""

    because = TextAreaField(_l("更正原因"), validators=[NEEDED, SHORT])
    lab_address = StringField(_l("实验室地址"), validators=[AS_IT_IS])
    place_of_work = StringField(_l("检测地点"), validators=[AS_IT_IS])
    species = StringField(_l("品种"), validators=[AS_IT_IS])
    life_stage = StringField(_l("发育阶段"), validators=[AS_IT_IS])
    matrix = StringField(_l("样品类型"), validators=[AS_IT_IS])
    condition = StringField(_l("收样状态"), validators=[AS_IT_IS])
    sampled_on = StringField(_l("抽样日期"), validators=[AS_IT_IS])
    environment = StringField(_l("抽样环境"), validators=[AS_IT_IS])
    sampling = StringField(_l("抽样方案"), validators=[AS_IT_IS])
    sampling_deviations = StringField(_l("抽样偏离"), validators=[AS_IT_IS])
    deviations = StringField(_l("检测偏离"), validators=[AS_IT_IS])
    external = StringField(_l("外部结果"), validators=[AS_IT_IS])

    def fill(self, content: Content) -> None:
        """Show what the report says now."""
        for name in AMENDABLE:
            self[name].data = getattr(content, name)

    def changes(self) -> dict[str, str]:
        """Return every amendable field that was sent."""
        return {name: self[name].data for name in AMENDABLE if self[name].data is not None}
