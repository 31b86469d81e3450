"""Permissions: one closed list, spelt `room:thing:act`. A role is a set of them (roles.csv)."""

from __future__ import annotations

import csv
from enum import StrEnum
from functools import cache
from pathlib import Path

ROLES_CSV = Path(__file__).parents[2] / "seed_data" / "roles.csv"


class P(StrEnum):
    """`<room>:<thing>:<act>`. Alphabetical."""

    ACCOUNT_MANAGE = "accounts:account:manage"
    ACCOUNT_RECOVER = "accounts:account:recover"
    AUDIT_READ = "supervision:audit:read"
    CALL_KEEP = "declarations:call:keep"
    CAMPAIGN_OPEN = "hatcheries:campaign:open"
    CAPABILITY_SWITCH = "accounts:capability:switch"
    CASE_ARCHIVE = "supervision:case:archive"
    CERTIFICATE_ISSUE = "certificates:certificate:issue"
    CERTIFICATE_READ = "certificates:certificate:read"
    CERTIFICATE_RECALL = "certificates:certificate:recall"
    CERTIFICATE_REPLACE = "certificates:certificate:replace"
    CERTIFICATE_REPRINT = "certificates:certificate:reprint"
    CERTIFICATE_SUSPEND = "certificates:certificate:suspend"
    CERTIFICATE_VOID = "certificates:certificate:void"
    CROSSWALK_APPROVE = "surveillance:crosswalk:approve"
    CROSSWALK_PROPOSE = "surveillance:crosswalk:propose"
    DECLARATION_ACCEPT = "declarations:declaration:accept"
    DECLARATION_ASSIGN = "declarations:declaration:assign"
    DECLARATION_DECLARE = "declarations:declaration:declare"
    DECLARATION_PROXY = "declarations:declaration:proxy"
    DECLARATION_READ = "declarations:declaration:read"
    DRAW_KEEP = "inspections:draw:keep"
    DRAW_READ = "inspections:draw:read"
    EVENT_IMPORT = "surveillance:event:import"
    EVENT_READ = "surveillance:event:read"
    EVIDENCE_JUDGE = "inspections:evidence:judge"
    EXPRESS_READ = "surveillance:express:read"
    EXPRESS_RECEIVE = "surveillance:express:receive"
    FINDING_SETTLE = "certificates:finding:settle"
    GIVEBACK_KEEP = "surveillance:giveback:keep"
    HATCHERY_APPROVE = "hatcheries:hatchery:approve"
    HATCHERY_KEEP = "hatcheries:hatchery:keep"
    HATCHERY_MERGE = "hatcheries:hatchery:merge"
    HATCHERY_READ = "hatcheries:hatchery:read"
    INBOX_READ = "accounts:inbox:read"
    INSPECTION_INSPECT = "inspections:inspection:inspect"
    INSPECTION_READ = "inspections:inspection:read"
    ISSUING_HALT = "certificates:issuing:halt"
    LABEL_ISSUE = "sampling:label:issue"
    LAB_AMEND = "labs:report:amend"
    LAB_AUTHORISE = "labs:report:authorise"
    LAB_ENTER = "labs:result:enter"
    LAB_INVALIDATE = "labs:report:invalidate"
    LAB_KEEP = "labs:holding:keep"
    LAB_READ = "labs:work:read"
    LAB_RECEIVE = "labs:consignment:receive"
    LAB_REGISTER = "labs:register:keep"
    LAB_RETRACT = "labs:report:retract"
    LAB_REVIEW = "labs:result:review"
    LAB_STAFF = "labs:staff:authorise"
    LAB_SYSTEMS = "labs:system:keep"
    LAB_WITHDRAW = "labs:report:withdraw"
    LADDER_OWN = "surveillance:ladder:own"
    MONTH_FILL = "surveillance:month:fill"
    MONTH_REVIEW = "surveillance:month:review"
    MOVEMENT_CHECK = "movements:movement:check"
    MOVEMENT_READ = "movements:movement:read"
    MOVEMENT_REPORT = "movements:arrival:report"
    NUMBERS_ASK = "certificates:numbers:ask"
    NUMBERS_KEEP = "certificates:numbers:keep"
    NUMBERS_READ = "certificates:numbers:read"
    OBSERVATION_READ = "surveillance:observation:read"
    PEER_KEEP = "certificates:peer:keep"
    PEER_READ = "certificates:peer:read"
    PERSONAL_SHOW = "accounts:personal:show"
    PLAN_KEEP = "surveillance:plan:keep"
    POINT_KEEP = "surveillance:point:keep"
    POINT_READ = "surveillance:point:read"
    REFERENCE_ADOPT = "reference:rule:adopt"
    REFERENCE_READ = "reference:table:read"
    REGISTER_KEEP = "accounts:register:keep"
    SAMPLE_READ = "sampling:sample:read"
    SAMPLE_TAKE = "sampling:sample:take"
    SEAL_KEEP = "certificates:seal:keep"
    SEAL_READ = "certificates:seal:read"
    SELF_KEEP = "accounts:self:keep"
    SELF_TEST_KEEP = "sampling:self_test:keep"
    STANDING_SET = "accounts:standing:set"
    STATISTICS_READ = "supervision:statistics:read"
    TREATMENT_ANSWER = "inspections:treatment:answer"
    TREATMENT_READ = "inspections:treatment:read"
    ZONE_KEEP = "surveillance:zone:keep"


@cache
def roles() -> dict[str, frozenset[P]]:
    """Return every role and what it may do, from seed_data/roles.csv (columns role, permission)."""
    table: dict[str, set[P]] = {}
    with ROLES_CSV.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table.setdefault(row["role"], set()).add(P(row["permission"]))
    return {role: frozenset(permissions) for role, permissions in table.items()}


def permissions_of(held: frozenset[str]) -> frozenset[P]:
    """Return everything that the roles in `held` may do together; unknown roles give nothing."""
    table = roles()
    return frozenset(p for role in held for p in table.get(role, frozenset()))
