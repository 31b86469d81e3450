"""The form of a profile: what a laboratory says of its own tables, and a file to try it on."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from labs.instruments.rules import ROLE_WORDS
from labs.instruments.rules.profiles import FIELDS, REQUIRED, Profile, ProfileRow
from labs.register.forms import NEEDED, LabForm

BY_WORD = {word.lower(): role for role, word in ROLE_WORDS.items()}


class ProfileForm(LabForm):
    """How one kind of table is read. Headings and words are parted by commas."""

    code = StringField(
        _l("代号"), validators=[NEEDED], description=_l("小写字母和数字，例如 cfx96")
    )
    title = StringField(_l("名称"), description=_l("例如：CFX96 导出表"))
    sample = StringField(
        _l("样品号的列名"), validators=[NEEDED], description=_l("几个名字用逗号分开")
    )
    target = StringField(_l("靶标的列名"), validators=[NEEDED])
    cq = StringField(_l("Cq 的列名"), validators=[NEEDED])
    well = StringField(_l("孔位的列名"))
    role = StringField(_l("用途的列名"))
    omit = StringField(_l("废孔的列名"))
    no_cq = StringField(
        _l("表示没有检出的词"),
        description=_l("例如 N/A,无；写在这里的词会读作没有 Cq，其他读不懂的词一律不收"),
    )
    blank_is_none = BooleanField(_l("Cq 空着表示没有检出"))
    tasks = TextAreaField(
        _l("用途的词"),
        description=_l("每行一个，例如 NTC=ntc，Unkn=unknown，Pos=positive，NEC=nac，Std=standard"),
    )
    decimals = SelectField(
        _l("小数点"),
        choices=[
            SelectChoice("auto", _l("分号分列时为逗号，其余为点")),
            SelectChoice(".", _l("点")),
            SelectChoice(",", _l("逗号")),
        ],
    )
    wells = SelectField(
        _l("孔位写法"),
        choices=[
            SelectChoice("any", "A1"),
            SelectChoice("number96", _l("96 孔按行编号 1–96")),
            SelectChoice("number384", _l("384 孔按行编号 1–384")),
        ],
    )
    cycle_cap = IntegerField(
        _l("循环数"), validators=[Optional()], description=_l("达到它的 Cq 不是检出")
    )
    file = FileField(_l("试读的文件"))
    attempt = SubmitField(_l("试读，不保存"))

    def rows(self) -> list[ProfileRow]:
        """Return what was entered as a profile's rows."""
        # Of several wells' headings the one named first counts; two columns of a field a row needs refuse the file.
        found = [
            ProfileRow("column", name, 1 if name in REQUIRED else rank, heading)
            for name in FIELDS
            for rank, heading in enumerate(_words(self[name].data), start=1)
        ]
        found += [ProfileRow("no_cq", "", 1, word) for word in _words(self.no_cq.data)]
        for line in (self.tasks.data or "").splitlines():
            word, _, role = line.partition("=")
            if word.strip() or role.strip():
                meant = role.strip().lower()
                found.append(ProfileRow("task", word.strip(), 1, BY_WORD.get(meant, meant)))
        settings = {
            "decimal": self.decimals.data or "auto",
            "wells": self.wells.data or "any",
            "blank_is_none": "yes" if self.blank_is_none.data else "no",
            "cycle_cap": "" if self.cycle_cap.data is None else str(self.cycle_cap.data),
        }
        return found + [ProfileRow("setting", key, 1, value) for key, value in settings.items()]

    def show(self, profile: Profile) -> None:
        """Fill the form from a profile."""
        self.code.data, self.title.data = profile.code, profile.title
        for name in FIELDS:
            self[name].data = ", ".join(
                row.value for row in profile.rows if row.kind == "column" and row.key == name
            )
        self.no_cq.data = ", ".join(row.value for row in profile.rows if row.kind == "no_cq")
        self.tasks.data = "\n".join(
            f"{row.key}={row.value}" for row in profile.rows if row.kind == "task" and row.key
        )
        self.decimals.data, self.wells.data = profile.decimals.value, profile.wells.value
        self.blank_is_none.data, self.cycle_cap.data = profile.blank_is_none, profile.cycle_cap


def _words(text: str | None) -> list[str]:
    """Return words parted by commas, Chinese or not."""
    parts = (text or "").replace("，", ",").replace("、", ",").split(",")
    return [part.strip() for part in parts if part.strip()]
