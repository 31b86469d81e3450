"""Where a sample may not be sent, each reason with its sentence; and how full a laboratory is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from labs.register.rules.sending import (
    SENTENCES,
    AccreditationKind,
    Entitled,
    Patience,
    ProficiencyOutcome,
    SendReason,
    Standing,
    Tried,
    Workload,
    refusal,
)

ON = date(2026, 5, 12)
DAY = timedelta(days=1)
CMA, CNAS, OWN = AccreditationKind.CMA, AccreditationKind.CNAS, AccreditationKind.DESIGNATED
BAD, FAIR, WELL = (
    ProficiencyOutcome.UNSATISFACTORY,
    ProficiencyOutcome.QUESTIONABLE,
    ProficiencyOutcome.SATISFACTORY,
)
LONG = (ON - 100 * DAY, ON + 100 * DAY)
STRICT = Patience(0, 0)
GOOD = Standing(
    "示例检测中心",
    "DIV1（sct7237-2020）",
    is_suspended=False,
    spans=(LONG,),
    needs=frozenset({OWN}),
    accreditations=(Entitled(OWN, *LONG),),
    tried=(),
)


def tried(days, outcome, due=None, method=""):
    return Tried("DIV1", method, ON + days * DAY, outcome, None if due is None else ON + due * DAY)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"is_suspended": True}, SendReason.SUSPENDED),
        ({"spans": ()}, SendReason.NO_SCOPE),
        ({"spans": ((ON, ON),)}, None),
        ({"spans": ((ON - 9 * DAY, ON - DAY),)}, SendReason.SCOPE_ENDED),
        ({"spans": ((ON + DAY, ON + 9 * DAY),)}, SendReason.SCOPE_NOT_YET),
        (
            {"spans": ((ON - 9 * DAY, ON - DAY), (ON + DAY, ON + 9 * DAY))},
            SendReason.SCOPE_ENDED,
        ),
        ({"accreditations": ()}, SendReason.NEVER_ACCREDITED),
        ({"accreditations": (Entitled(CMA, *LONG),)}, SendReason.NEVER_ACCREDITED),
        ({"accreditations": (Entitled(OWN, ON - DAY, ON),)}, None),
        (
            {"accreditations": (Entitled(OWN, ON - 9 * DAY, ON - DAY),)},
            SendReason.ACCREDITATION_LAPSED,
        ),
        ({"accreditations": (Entitled(OWN, *LONG, ON),)}, SendReason.ACCREDITATION_LAPSED),
        ({"accreditations": (Entitled(OWN, *LONG, ON + DAY),)}, None),
        (
            {"accreditations": (Entitled(OWN, *LONG, ON), Entitled(OWN, ON, LONG[1]))},
            None,
        ),
        ({"needs": frozenset({OWN, CMA})}, SendReason.NEVER_ACCREDITED),
        (
            {
                "needs": frozenset({OWN, CNAS}),
                "accreditations": (Entitled(OWN, *LONG), Entitled(CNAS, ON - 9 * DAY, ON - DAY)),
            },
            SendReason.ACCREDITATION_LAPSED,
        ),
        ({"tried": (tried(-5, WELL),)}, None),
        ({"tried": (tried(-5, FAIR),)}, None),
        ({"tried": (tried(-5, BAD),)}, SendReason.PROFICIENCY_FAILED),
        ({"tried": (tried(0, BAD),)}, SendReason.PROFICIENCY_FAILED),
        ({"tried": (tried(-5, BAD), tried(-4, WELL))}, None),
        ({"tried": (tried(-5, WELL), tried(-4, BAD))}, SendReason.PROFICIENCY_FAILED),
        ({"tried": (tried(-5, BAD), tried(-5, WELL))}, SendReason.PROFICIENCY_FAILED),
        ({"tried": (tried(-5, WELL, due=0),)}, None),
        ({"tried": (tried(-5, WELL, due=-1),)}, SendReason.PROFICIENCY_OVERDUE),
        ({"tried": (tried(-5, WELL, due=-1), tried(-1, WELL, due=300))}, None),
        ({"tried": (tried(1, BAD),)}, None),
    ],
)
def test_each_refusal_has_its_reason_and_its_sentence(change, reason):
    found = refusal(replace(GOOD, **change), STRICT, ON)
    assert (None if found is None else found.reason) is reason
    if found is not None:
        assert found.sentence.startswith("示例检测中心")
        assert "{" not in found.sentence


@pytest.mark.parametrize(
    ("patience", "days", "due", "reason"),
    [
        (Patience(None, None), -5, -1, None),
        (Patience(10, None), -5, None, None),
        (Patience(5, None), -5, None, SendReason.PROFICIENCY_FAILED),
        (Patience(None, 1), -5, -1, None),
        (Patience(None, 0), -5, -1, SendReason.PROFICIENCY_OVERDUE),
    ],
)
def test_how_long_a_failure_is_borne_is_data(patience, days, due, reason):
    standing = replace(GOOD, tried=(tried(days, BAD, due),))
    found = refusal(standing, patience, ON)
    assert (None if found is None else found.reason) is reason


def test_a_proficiency_test_without_a_method_tries_every_method():
    assert tried(0, WELL).is_of("DIV1", "any")
    assert not tried(0, WELL, method="a").is_of("DIV1", "b")
    assert not tried(0, WELL).is_of("WSD", "any")


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(SendReason)


@pytest.mark.parametrize(
    ("owed", "capacity", "is_full", "days"),
    [
        (0, 40, False, 0),
        (39, 40, False, 1),
        (40, 40, True, 1),
        (81, 40, True, 3),
        (9, None, False, None),
    ],
)
def test_a_laboratory_is_full_when_a_day_is_owed(owed, capacity, is_full, days):
    load = Workload(owed, 5, capacity)
    assert (load.is_full, load.days) == (is_full, days)
