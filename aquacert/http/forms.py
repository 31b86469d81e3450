"""Forms: CSRF, the idempotency key, and kernel errors brought back to their fields."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.i18n import Translations
from wtforms import Field, HiddenField, StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from aquacert.http.sentences import said
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotReady

OWN = frozenset({"csrf_token", "once"})
GONE = _l("选的项目不在现在的列表里（可能刚刚被办理），请照新的列表再选。")
SENTENCES: Mapping[str, Any] = {
    "'%(value)s' is not a valid choice for this field.": GONE,
    "Not a valid choice.": GONE,
    "Invalid Choice: could not coerce.": GONE,
    "Invalid choice(s): one or more data inputs could not be coerced.": GONE,
    "Number must be at least %(min)s.": _l("不能小于 %(min)s。"),
    "Number must be at most %(max)s.": _l("不能大于 %(max)s。"),
    "Number must be between %(min)s and %(max)s.": _l("应在 %(min)s 到 %(max)s 之间。"),
    "Date must be at least %(min)s.": _l("不能早于 %(min)s。"),
    "Date must be at most %(max)s.": _l("不能晚于 %(max)s。"),
    "Date must be between %(min)s and %(max)s.": _l("应在 %(min)s 到 %(max)s 之间。"),
    "Not a valid week value.": _l("不是有效的周。"),
    "This field cannot be edited.": _l("这一项不能改。"),
    "This field is disabled and cannot have a value.": _l("这一项不能填。"),
}
"""WTForms' own sentence → ours, where its Chinese is missing or wrong, or names what nobody reads."""


class Words(Translations):
    """WTForms' sentences: ours where we have one, else those of its own catalogue."""

    def gettext(self, string: str) -> str:
        """Return one sentence."""
        ours = SENTENCES.get(string)
        return str(super().gettext(string)) if ours is None else str(ours)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return one sentence that counts."""
        ours = SENTENCES.get(singular)
        return str(super().ngettext(singular, plural, n)) if ours is None else str(ours)


WORDS = Words()


def without_nul(text: str | None) -> str | None:
    """Return `text` without NUL characters."""
    return text.replace("\x00", "") if text else text


class DayField(StringField):
    """A day in words or digits, with buttons and a calendar beside it (drawn by `ui.day_entry`).

    The calendar is a field of its own, `pick-…`, so that it works without script; a day picked
    there wins, for the text may hold what stood before. `quick` are days from today (-1: 昨天).
    """

    quick: tuple[int, ...]

    def __init__(
        self,
        label: Any = None,  # noqa: ANN401 (a lazy text)
        validators: Any = None,  # noqa: ANN401 (WTForms takes several kinds)
        *,
        quick: tuple[int, ...] = (0, -1, -2),
        **other: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(label, validators, **other)
        self.quick = quick

    def process(self, formdata: Any, *args: Any, **others: Any) -> None:  # noqa: ANN401
        """Take the typed text, or the picked day where one was picked."""
        super().process(formdata, *args, **others)
        if formdata is not None and (picked := formdata.get(f"pick-{self.name}")):
            self.data = picked


class Form(FlaskForm):
    """Base of every form. `key()` is its idempotency key, `asked()` what the person entered."""

    class Meta(FlaskForm.Meta):
        """Chinese messages from WTForms' own catalogue."""

        locales = ("zh",)

        def get_translations(self, form: BaseForm) -> Words:  # noqa: ARG002 (WTForms asks so)
            """Return the sentences for what is wrong in a field."""
            return WORDS

        def bind_field(
            self,
            form: BaseForm,
            unbound_field: UnboundField[Field],
            options: dict[str, Any],
        ) -> Field:
            """Let no text field hold a NUL: PostgreSQL cannot store it, nobody can see it."""
            if issubclass(unbound_field.field_class, StringField):
                others = [f for f in unbound_field.kwargs.get("filters", ()) if f != without_nul]
                unbound_field.kwargs["filters"] = [without_nul, *others]
            return unbound_field.bind(form=form, **options)

    is_refused = False
    """Refused as things stand now, whatever was typed: answered with 409."""
    is_busy = False
    """Refused because there were too many tries: answered with 429."""
    once = HiddenField(default=lambda: secrets.token_urlsafe(12))

    def key(self) -> str:
        """Return the key under which a repeated submission has one effect."""
        return self.once.data or secrets.token_urlsafe(12)

    def asked(self) -> dict[str, Any]:
        """Return what the person entered, as keyword arguments of a command."""
        return {name: value for name, value in self.data.items() if name not in OWN}

    def apart(self, word: str) -> Self:
        """Give the fields ids of their own, on a page that holds several forms; return the form."""
        for field in self:
            field.id = field.label.field_id = f"{word}-{field.id}"
        return self

    @property
    def wrong(self) -> bool:
        """Say whether anything has to be corrected."""
        return bool(self.errors)

    @property
    def status(self) -> int:
        """HTTP status for showing the form: 422 when something has to be corrected."""
        if self.is_refused:
            return 409
        return 422 if self.wrong else 200

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """As `catching`; what cannot be done as things stand is said over the form as well.

        So that a reason somebody typed is not lost on a page of its own.
        """
        try:
            with self.catching():
                yield
        except (NotAllowedNow, NotReady) as error:
            self.is_refused = True
            reasons = getattr(error, "reasons", ())
            self.form_errors += [said(one) for one in (error.sentence, *reasons)]

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn `Invalid` into errors at the fields it names (or at the top: `form_errors`)."""
        try:
            yield
        except Invalid as error:
            known = False
            for name, sentence in error.fields.items():
                field = self._fields.get(name)
                if field is not None:
                    field.errors = [*field.errors, said(sentence)]
                    known = True
            if not known:
                self.form_errors.append(said(error.sentence))
