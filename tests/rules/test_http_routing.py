"""A rule that compiles late builds the same addresses as one that compiled at once."""

from __future__ import annotations

import pytest
from werkzeug.routing import BuildError, Map, Rule

from aquacert.http.routing import PatientRule

RULES = (
    ("/c/<uuid:key>", {"key": "0190a2f4-0000-7000-8000-000000000001"}),
    ("/a/<int:rule>/<path:rest>", {"rule": 7, "rest": "x/y z"}),
    ("/a/<any(yes,no):say>", {"say": "yes", "more": "一"}),
    ("/plain", {"q": "a b", "again": None}),
)


def built(kind: type[Rule]) -> list[str]:
    """Build every address twice: the second time with what was compiled before."""
    found = Map([kind(text, endpoint=text) for text, _ in RULES]).bind("example.org")
    return [found.build(text, values) for _ in range(2) for text, values in RULES]


def test_addresses_are_the_same_and_wrong_values_are_refused_alike():
    assert built(PatientRule) == built(Rule)
    found = Map([PatientRule("/a/<any(yes,no):say>", endpoint="a")]).bind("example.org")
    with pytest.raises(BuildError):
        found.build("a", {})
    assert found.match("/a/no") == ("a", {"say": "no"})
