"""Which roles meet in one person, and which need a second factor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.accounts.rules import roles as r
from aquacert.accounts.rules.roles import Kind, Role
from aquacert.kernel.permissions import P, permissions_of, roles

ROLES = st.sampled_from(list(Role))


@given(ROLES, ROLES)
def test_a_clash_is_mutual(one, other):
    assert (one in r.clashes({other}, one)) == (other in r.clashes({one}, other))


@given(ROLES)
def test_no_role_clashes_with_itself(role):
    assert r.clashes({role}, role) == ()


@pytest.mark.parametrize("lab", sorted(r.LAB))
def test_a_vet_is_never_lab_staff(lab):
    assert r.clashes({lab}, Role.OFFICIAL_VET) == (lab,)


@pytest.mark.parametrize("trade", sorted(r.TRADE))
def test_who_declares_never_checks(trade):
    assert r.clashes({trade}, Role.OFFICIAL_VET)
    assert r.clashes({trade}, Role.OFFICE_CLERK)


def test_an_assistant_never_signs():
    assert r.clashes({Role.STATION_ASSISTANT}, Role.OFFICIAL_VET)
    assert P.CERTIFICATE_ISSUE not in permissions_of(frozenset({Role.STATION_ASSISTANT}))


def test_who_signs_or_administers_needs_a_second_factor():
    for role, may in roles().items():
        if may & {P.CERTIFICATE_ISSUE, P.LAB_AUTHORISE, P.LAB_REVIEW, P.ACCOUNT_MANAGE}:
            assert r.needs_second_factor({Role(role)})
    assert not r.needs_second_factor({Role.HATCHERY_OWNER, Role.HATCHERY_CLERK})


def test_roles_csv_names_exactly_the_roles():
    assert set(roles()) == set(Role)


def test_only_the_official_vet_issues():
    assert [role for role, may in roles().items() if P.CERTIFICATE_ISSUE in may] == ["official_vet"]


def test_nobody_holds_every_step_of_a_result():
    steps = {P.LAB_ENTER, P.LAB_REVIEW, P.LAB_AUTHORISE}
    assert all(len(may & steps) <= 1 for may in roles().values())


def test_a_lab_appoints_lab_people_only():
    assert {role for role in Role if r.gives(Kind.LAB, role)} == r.LAB


def test_a_label_says_what_somebody_is_and_never_who():
    assert r.label({Role.OFFICIAL_VET}) == "渔业官方兽医"
    assert r.label(()) == "已离任人员"
