"""Forms of the evidence: a flag judged, a second look, a clip registered."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from aquacert.http.forms import Form
from aquacert.inspections.rules.evidence import (
    CLIP_WORDS,
    SECOND_WORDS,
    STATE_WORDS,
    FlagState,
    SecondVerdict,
)


class FlagForm(Form):
    """What a person makes of a flag."""

    state = RadioField(
        _l("看过以后"),
        choices=[
            SelectChoice(one.value, _l(STATE_WORDS[one]))
            for one in (FlagState.CLEARED, FlagState.CONFIRMED)
        ],
        validators=[InputRequired(_l("选“没有问题”或“确有问题”。"))],
    )
    because = TextAreaField(
        _l("理由"), [InputRequired(_l("写明看到了什么、凭什么这样判断。")), Length(max=500)]
    )


class SecondLookForm(Form):
    """What a second look came to."""

    verdict = RadioField(
        _l("抽看结论"),
        choices=[
            SelectChoice(one.value, _l(SECOND_WORDS[one]))
            for one in (SecondVerdict.AGREE, SecondVerdict.DISAGREE, SecondVerdict.UNCLEAR)
        ],
        validators=[InputRequired(_l("选一个结论。"))],
    )
    because = TextAreaField(
        _l("说明"), [Optional(), Length(max=500)], description=_l("不同意或看不清楚的，写明理由")
    )


class ClipForm(Form):
    """A clip: kept whole when a file is chosen, else by its hash and where the original is."""

    kind = SelectField(
        _l("是什么"),
        choices=[SelectChoice(kind.value, _l(word)) for kind, word in CLIP_WORDS.items()],
    )
    video = FileField(
        _l("短视频文件"),
        [Optional()],
        description=_l("20 MB 以内的直接上传；更大的只登记哈希值"),
        render_kw={"accept": "video/*"},
    )
    sha256 = StringField(
        _l("原始文件的 SHA-256"),
        [Optional(), Length(max=100)],
        description=_l("Windows：certutil -hashfile 文件名 SHA256；Linux：sha256sum 文件名"),
    )
    size = StringField(_l("文件大小（字节）"), [Optional()], render_kw={"inputmode": "numeric"})
    taken_at = StringField(_l("录制时间"), [Optional()], description=_l("例如 2026-05-11 15:00"))
    kept_at = StringField(
        _l("原始文件存放在哪里"),
        [Optional(), Length(max=200)],
        description=_l("例如采集站编号和路径"),
    )

    def chosen(self) -> FileStorage | None:
        """Return the file that was sent, if there is one."""
        sent = self.video.data
        return sent if isinstance(sent, FileStorage) and sent.filename else None
