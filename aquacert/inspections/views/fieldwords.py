"""Every sentence of the app at the pond, by the key its script asks for."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

WORDS: Mapping[str, object] = {
    "app": _l("现场检疫"),
}


def words() -> dict[str, str]:
    """Return key → sentence in the language of the request."""
    return {key: str(sentence) for key, sentence in WORDS.items()}
