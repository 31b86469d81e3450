"""Recovery, lending, field sessions and password rules as tables: pure."""

from datetime import date, timedelta

import pytest

from aquacert.accounts.rules import lending, passwords, recovery, sessions
from aquacert.accounts.rules.lending import LendingReason as L
from aquacert.accounts.rules.passwords import Audience, PasswordPolicy
from aquacert.accounts.rules.passwords import Deviation as Leaves
from aquacert.accounts.rules.recovery import RecoveryAct as A
from aquacert.accounts.rules.recovery import RecoveryState as S
from aquacert.accounts.rules.roles import LAB, ROLE_NAMES, TRADE, Role, label
from aquacert.kernel.errors import NotAllowedNow

TODAY = date(2026, 5, 9)
VET, CLERK, OWNER = Role.OFFICIAL_VET, Role.OFFICE_CLERK, Role.HATCHERY_OWNER


@pytest.mark.parametrize(
    ("role", "held", "same_place", "expected"),
    [
        (VET, {VET}, False, None),
        (VET, {VET}, True, L.HAS_IT),
        (VET, {CLERK}, False, L.NOT_A_VET),
        (VET, {Role.STATION_ASSISTANT}, False, L.NOT_A_VET),
        (CLERK, {VET}, False, None),
        (CLERK, {Role.AUDITOR}, False, L.CLASH),
        (CLERK, {OWNER}, False, L.CLASH),
        (Role.COUNTY_SUPERVISOR, {CLERK}, False, None),
        (Role.HATCHERY_OWNER, {Role.HATCHERY_CLERK}, False, None),
        *((role, {CLERK}, False, L.NEVER) for role in sorted(lending.NEVER_LENT)),
    ],
)
def test_who_may_borrow_what(role, held, same_place, expected):
    assert lending.fault(role, held, same_place=same_place) is expected


def test_no_laboratory_work_and_no_administration_is_ever_lent():
    assert not any(map(lending.lendable, LAB | {Role.ADMINISTRATOR, Role.AUDITOR}))
    assert set(lending.SENTENCES) == set(L)


@pytest.mark.parametrize(
    ("start", "end", "until", "expected"),
    [
        (0, 0, None, None),
        (-1, 0, None, L.DATES),
        (3, 2, None, L.DATES),
        (0, 91, None, None),
        (0, 92, None, L.TOO_LONG),
        (0, 5, 6, None),
        (0, 5, 5, L.TOO_LATE),
    ],
)
def test_for_how_long_a_role_is_lent(start, end, until, expected):
    days = [None if n is None else TODAY + timedelta(days=n) for n in (start, end, until)]
    assert lending.dates_fault(days[0], days[1], TODAY, days[2]) is expected


def test_a_lent_role_is_said_to_be_lent():
    assert label({CLERK}, {CLERK, Role.COUNTY_SUPERVISOR}) == "申报点受理员、代县级监管员"
    assert label({CLERK}) == ROLE_NAMES[CLERK]


@pytest.mark.parametrize(
    ("officer", "person", "may"),
    [
        ({CLERK}, {OWNER}, True),
        ({CLERK}, {OWNER, Role.CARRIER}, True),
        ({CLERK}, {VET}, False),
        ({CLERK}, {Role.LAB_RECEIVER}, False),
        ({CLERK}, set(), False),
        ({Role.COUNTY_SUPERVISOR}, {VET}, True),
        ({Role.ADMINISTRATOR}, {CLERK}, True),
        ({VET}, {OWNER}, False),
        ({Role.AUDITOR}, {OWNER}, False),
        *(({Role.COUNTY_SUPERVISOR}, {role}, False) for role in sorted(recovery.HIGH)),
        *(({Role.ADMINISTRATOR}, {role}, True) for role in sorted(recovery.HIGH)),
    ],
)
def test_who_lets_whom_back_in(officer, person, may):
    assert recovery.may_start(officer, person) is may


def test_only_the_trade_needs_no_second_officer():
    assert not recovery.is_staff(TRADE)
    assert all(recovery.is_staff({role}) for role in set(Role) - TRADE)
    assert recovery.is_staff(())


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("act", list(A))
def test_the_road_of_a_recovery(state, act):
    roads = {
        (S.ASKED, A.START): S.OPEN,
        (S.ASKED, A.START_STAFF): S.WAITING,
        (S.WAITING, A.CONFIRM): S.OPEN,
        (S.OPEN, A.USE): S.USED,
        **{(one, A.END): S.ENDED for one in recovery.LIVE},
    }
    if (state, act) in roads:
        assert recovery.MOVES.after(state, act) is roads[state, act]
    else:
        with pytest.raises(NotAllowedNow):
            recovery.MOVES.after(state, act)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("abcd-efgh-jkmn", "abcdefghjkmn"),
        (" ABCD efgh JKMN ", "abcdefghjkmn"),
        ("ａｂｃｄ－ｅｆｇｈ－ｊｋｍｎ", "abcdefghjkmn"),
        ("123456", None),
        ("abcd-efgh-jkm1", None),
        ("", None),
    ],
)
def test_a_recovery_code_is_read_as_people_type_it(typed, read):
    assert recovery.as_code(typed) == read


@pytest.mark.parametrize(
    ("policy", "leaves"),
    [
        (passwords.FARM, (Leaves.GB_KINDS, Leaves.GB_DAYS)),
        (passwords.STAFF, (Leaves.ASVS_KINDS, Leaves.ASVS_DAYS)),
        (passwords.SIGNER, (Leaves.ASVS_DAYS,)),
        (PasswordPolicy(14, 0, None), (Leaves.GB_DAYS,)),
        (PasswordPolicy(8, 1, None), (Leaves.GB_KINDS, Leaves.GB_DAYS, Leaves.ASVS_KINDS)),
    ],
)
def test_every_password_rule_leaves_one_of_the_two_norms_and_says_which(policy, leaves):
    assert passwords.deviations(policy) == leaves
    assert set(passwords.DEVIATIONS) == set(Leaves)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ((8, 0, None), set()),
        ((64, 4, 730), set()),
        ((7, 0, None), {"shortest"}),
        ((65, 5, 29), {"shortest", "kinds", "days"}),
        ((8, -1, 731), {"kinds", "days"}),
    ],
)
def test_a_rule_that_nobody_could_meet_is_refused(values, wrong):
    assert set(passwords.policy_faults(PasswordPolicy(*values))) == wrong


def test_whose_rule_binds():
    assert passwords.audience_of({OWNER}) is Audience.FARM
    assert passwords.audience_of({CLERK}) is Audience.STAFF
    assert passwords.audience_of({CLERK, VET}) is Audience.SIGNER


@pytest.mark.parametrize(
    ("known", "device", "network", "strange"),
    [
        ([], "安卓手机", "203.0.113.0/24", False),
        ([("安卓手机", "203.0.113.0/24")], "安卓手机", "203.0.113.0/24", False),
        ([("安卓手机", "203.0.113.0/24")], "苹果手机", "203.0.113.0/24", True),
        ([("安卓手机", "203.0.113.0/24")], "安卓手机", "198.51.100.0/24", True),
        ([("安卓手机", "203.0.113.0/24")], "安卓手机", "", False),
    ],
)
def test_what_sign_in_is_odd(known, device, network, strange):
    assert sessions.is_strange(known, device, network) is strange


def test_only_a_vets_phone_is_a_field_session():
    assert sessions.is_field({VET}, "安卓手机（微信）")
    assert not sessions.is_field({VET}, "Windows 电脑")
    assert not sessions.is_field({OWNER}, "安卓手机")


@pytest.mark.parametrize(
    ("typed", "is_fine"),
    [
        ("12345678901234", False),
        ("password1234567", False),
        ("abcabcabcabcabc", False),
        ("1234qwerasdfzx", False),
        ("Password12345!x", False),
        ("我的塘我的塘我的塘我的塘我的塘", False),
        ("correct horse battery", True),
        ("三月的塘水最清亮啊，四月更好", True),
        ("1234 只虾在塘里游来游去", True),
        ("我家门口有三口塘一条狗呀哈", False),  # 13
    ],
)
def test_a_long_password_is_not_taken_for_its_length_alone(typed, is_fine):
    assert (passwords.weakness(typed, passwords.SIGNER) is None) == is_fine
