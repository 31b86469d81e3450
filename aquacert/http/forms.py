"""Forms: CSRF, the idempotency key, and kernel errors brought back to their fields."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from aquacert.http.sentences import said
from aquacert.kernel.errors import Invalid

OWN = frozenset({"csrf_token", "once"})


def without_nul(text: str | None) -> str | None:
    """Return `text` without NUL characters."""
    return text.replace("\x00", "") if text else text


class Form(FlaskForm):
    """Base of every form. `key()` is its idempotency key, `asked()` what the person entered."""

    class Meta(FlaskForm.Meta):
        """Chinese messages from WTForms' own catalogue."""

        locales = ("zh",)

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

    once = HiddenField(default=lambda: secrets.token_urlsafe(12))

    def key(self) -> str:
        """Return the key under which a repeated submission has one effect."""
        return self.once.data or secrets.token_urlsafe(12)

    def asked(self) -> dict[str, Any]:
        """Return what the person entered, as keyword arguments of a command."""
        return {name: value for name, value in self.data.items() if name not in OWN}

    @property
    def wrong(self) -> bool:
        """Say whether anything has to be corrected."""
        return bool(self.errors)

    @property
    def status(self) -> int:
        """HTTP status for showing the form: 422 when something has to be corrected."""
        return 422 if self.wrong else 200

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
