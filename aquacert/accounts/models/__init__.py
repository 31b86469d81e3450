"""Tables of accounts: bodies, people and their roles, signing in, the inbox."""

from aquacert.accounts.models.inbox import (
    InboxAnswer,
    InboxMessage,
    InboxQuestion,
    InboxRead,
)
from aquacert.accounts.models.organisations import (
    Capability,
    Organisation,
    OrganisationName,
    Standing,
)
from aquacert.accounts.models.passkeys import Passkey, PasskeyChallenge
from aquacert.accounts.models.people import Membership, Person
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
    "ConsigneeLink",
    "InboxAnswer",
    "InboxMessage",
    "InboxQuestion",
    "InboxRead",
    "Membership",
    "Organisation",
    "OrganisationName",
    "Passkey",
    "PasskeyChallenge",
    "Person",
    "SignInSession",
    "Standing",
    "StepUpGrant",
    "Throttle",
    "TotpSecret",
]
