"""The roles, which bodies give them, which need a second factor, and which never meet in one person.

Sources: Measures 2022 art. 13 (协检人员 only help) and art. 29-33 (official vets are appointed,
numbered by the province); county study §3.2 (shared accounts); GB/T 22239-2019 8.1.4.2
(least privilege, separation of duties). Marked [P] where it is our proposal.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from itertools import product
from types import MappingProxyType


class Kind(StrEnum):
    """What sort of body an organisation is."""

    AGENCY = "agency"
    LAB = "lab"
    HATCHERY = "hatchery"
    CARRIER = "carrier"
    DEALER = "dealer"


KIND_NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.AGENCY: "机构",
        Kind.LAB: "实验室",
        Kind.HATCHERY: "苗种场",
        Kind.CARRIER: "承运单位",
        Kind.DEALER: "贩运单位",
    }
)


class Role(StrEnum):
    """What one person may be in one organisation, for one place and one time."""

    HATCHERY_OWNER = "hatchery_owner"
    HATCHERY_CLERK = "hatchery_clerk"
    DEALER = "dealer"
    CARRIER = "carrier"
    CONSIGNEE = "consignee"
    OFFICE_CLERK = "office_clerk"
    STATION_ASSISTANT = "station_assistant"
    OFFICIAL_VET = "official_vet"
    NUMBER_KEEPER = "number_keeper"
    COUNTY_SUPERVISOR = "county_supervisor"
    CITY_SUPERVISOR = "city_supervisor"
    PROVINCE_SUPERVISOR = "province_supervisor"
    LAB_RECEIVER = "lab_receiver"
    LAB_TECHNICIAN = "lab_technician"
    LAB_REVIEWER = "lab_reviewer"
    LAB_AUTHORISER = "lab_authoriser"
    SURVEILLANCE_OFFICER = "surveillance_officer"
    CHECKPOINT_OFFICER = "checkpoint_officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


ROLE_NAMES: Mapping[Role, str] = MappingProxyType(
    {
        Role.HATCHERY_OWNER: "苗种场负责人",
        Role.HATCHERY_CLERK: "苗种场经办人",
        Role.DEALER: "贩运人",
        Role.CARRIER: "承运人",
        Role.CONSIGNEE: "收货人",
        Role.OFFICE_CLERK: "申报点受理员",
        Role.STATION_ASSISTANT: "协检员",
        Role.OFFICIAL_VET: "渔业官方兽医",
        Role.NUMBER_KEEPER: "票证管理员",
        Role.COUNTY_SUPERVISOR: "县级监管员",
        Role.CITY_SUPERVISOR: "市级监管员",
        Role.PROVINCE_SUPERVISOR: "省级监管员",
        Role.LAB_RECEIVER: "实验室收样员",
        Role.LAB_TECHNICIAN: "检测员",
        Role.LAB_REVIEWER: "复核员",
        Role.LAB_AUTHORISER: "授权签字人",
        Role.SURVEILLANCE_OFFICER: "疫情监测员",
        Role.CHECKPOINT_OFFICER: "检查站检查员",
        Role.ADMINISTRATOR: "系统管理员",
        Role.AUDITOR: "审计员",
    }
)

FARM = frozenset({Role.HATCHERY_OWNER, Role.HATCHERY_CLERK})
"""Who acts for a farm."""
TRADE = FARM | {Role.DEALER, Role.CARRIER}
LAB = frozenset({Role.LAB_RECEIVER, Role.LAB_TECHNICIAN, Role.LAB_REVIEWER, Role.LAB_AUTHORISER})
AGENCY = frozenset(Role) - TRADE - LAB - {Role.CONSIGNEE}

# One deployment serves one province: these see the whole of it, also rows whose only
# division lies elsewhere (a load that left the province).
PROVINCE_WIDE = frozenset({Role.PROVINCE_SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR})

# Who signs a document or a result, or administers people, numbers or zones.
SIGNS = frozenset({Role.OFFICIAL_VET, Role.LAB_REVIEWER, Role.LAB_AUTHORISER})
NEEDS_SECOND_FACTOR = SIGNS | {
    Role.NUMBER_KEEPER,
    Role.COUNTY_SUPERVISOR,
    Role.CITY_SUPERVISOR,
    Role.PROVINCE_SUPERVISOR,
    Role.SURVEILLANCE_OFFICER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
}

KINDS_OF_ROLE: Mapping[Role, frozenset[Kind]] = MappingProxyType(
    {
        **dict.fromkeys(AGENCY, frozenset({Kind.AGENCY})),
        **dict.fromkeys(LAB, frozenset({Kind.LAB})),
        # One legal entity is one body (S2): a dealer or carrier that breeds as well has its farm.
        **dict.fromkeys(FARM, frozenset({Kind.HATCHERY, Kind.DEALER, Kind.CARRIER})),
        Role.DEALER: frozenset({Kind.DEALER}),
        Role.CARRIER: frozenset({Kind.CARRIER, Kind.DEALER}),
        # Never a membership: a consignee comes by a one-time link and holds nothing.
        Role.CONSIGNEE: frozenset(),
    }
)


def _pairs(some: Collection[Role], others: Collection[Role]) -> set[frozenset[Role]]:
    return {frozenset({one, other}) for one, other in product(some, others) if one != other}


# Declarant ≠ vet, vet ≠ lab staff, trade ≠ agency ≠ lab; assistants never sign; who hands out
# rights or reads the trail does no other work [P].
INCOMPATIBLE: frozenset[frozenset[Role]] = frozenset(
    _pairs(TRADE, AGENCY | LAB)
    | _pairs(AGENCY, LAB)
    | _pairs({Role.STATION_ASSISTANT}, {Role.OFFICIAL_VET})
    | _pairs({Role.ADMINISTRATOR, Role.AUDITOR}, frozenset(Role))
    | _pairs({Role.LAB_TECHNICIAN}, {Role.LAB_AUTHORISER})
)


def clashes(held: Collection[Role], wanted: Role) -> tuple[Role, ...]:
    """The roles already held that forbid `wanted`, in the order of the list; empty when none."""
    return tuple(role for role in Role if role in held and {role, wanted} in INCOMPATIBLE)


def gives(kind: Kind, role: Role) -> bool:
    """Whether a body of this kind may appoint somebody to this role."""
    return kind in KINDS_OF_ROLE[role]


def needs_second_factor(roles: Collection[Role]) -> bool:
    """Whether somebody with these roles must sign in with a one-time code as well."""
    return any(role in NEEDS_SECOND_FACTOR for role in roles)


def label(roles: Collection[Role], lent: Collection[Role] = ()) -> str:
    """The public name of a person: what he is, never who he is (PIPL art. 25).

    A role that a colleague lent is marked 代, here and so in the trail.
    """
    names = [ROLE_NAMES[role] for role in Role if role in roles]
    names += [f"代{ROLE_NAMES[role]}" for role in Role if role in lent and role not in roles]
    return "、".join(names) or "已离任人员"
