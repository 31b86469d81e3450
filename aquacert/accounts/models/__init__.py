"""Tables of accounts: bodies, people and their roles, signing in, the inbox."""

from aquacert.accounts.models.inbox import (
    InboxAnswer,
    InboxMessage,
    InboxQuestion,
    InboxRead,
)
from aquacert.accounts.models.lending import Delegation
from aquacert.accounts.models.offices import (
    CapabilitySwitch,
    Office,
    OfficeDivision,
    SigningStop,
    Vehicle,
)
from aquacert.accounts.models.organisations import (
    Capability,
    Organisation,
    OrganisationName,
    Standing,
)
from aquacert.accounts.models.passkeys import Passkey, PasskeyChallenge
from aquacert.accounts.models.people import Membership, Person
from aquacert.accounts.models.recovery import PasswordRules, Recovery, RecoveryCode
from aquacert.accounts.models.sign_in import (
    ApiToken,
    ConsigneeLink,
    SignInSession,
    StepUpGrant,
    Throttle,
    TotpSecret,
)

__all__ = [
    "ApiToken",
    "Capability",
    "CapabilitySwitch",
    "ConsigneeLink",
    "Delegation",
    "InboxAnswer",
    "InboxMessage",
    "InboxQuestion",
    "InboxRead",
    "Membership",
    "Office",
    "OfficeDivision",
    "Organisation",
    "OrganisationName",
    "Passkey",
    "PasskeyChallenge",
    "PasswordRules",
    "Person",
    "Recovery",
    "RecoveryCode",
    "SignInSession",
    "SigningStop",
    "Standing",
    "StepUpGrant",
    "Throttle",
    "TotpSecret",
    "Vehicle",
]
