"""Of which site keys are, and when a counter tells of a copy."""

import pytest

from aquacert.accounts.rules.passkeys import SENTENCES, PasskeyReason, Site, counts_back, site_of


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://cert.example", Site("cert.example", "https://cert.example")),
        ("https://Cert.Example:443/", Site("cert.example", "https://cert.example")),
        ("https://cert.example:8443", Site("cert.example", "https://cert.example:8443")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
        ("http://cert.example", None),
        ("cert.example", None),
        ("", None),
    ],
)
def test_keys_are_bound_to_the_public_address_where_browsers_allow_it(url, site):
    assert site_of(url) == site


@pytest.mark.parametrize(
    ("before", "now", "back"),
    [(0, 0, False), (0, 1, False), (4, 5, False), (4, 4, True), (4, 0, True), (4, 3, True)],
)
def test_a_counter_goes_forward_or_is_not_there(before, now, back):
    assert counts_back(before, now) is back


def test_every_refusal_has_its_sentence():
    assert set(SENTENCES) == set(PasskeyReason)
