"""How long a sign-in lasts, when it is odd, and where one may be sent after it."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from aquacert.accounts.rules.roles import TRADE, Role


class SessionState(StrEnum):
    """Where a sign-in stands: password passed, wholly signed in, or over."""

    HALF = "half"
    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True)
class SessionPolicy:
    """Ends after so long without a request, and after so long in any case."""

    idle: timedelta
    longest: timedelta


# GB/T 22239-2019 8.1.4.1 asks for idle logout; two hours as SecureDrop. A farmer of sixty with
# his own phone is asked once a month, because a password asked for daily is written on the wall.
STAFF_IDLE = timedelta(hours=2)
FARM = SessionPolicy(idle=timedelta(days=7), longest=timedelta(days=30))

# A half sign-in (password given, code awaited) lasts ten minutes.
HALF = timedelta(minutes=10)

# `seen_at` is written at most this often, so that reading pages does not write.
TOUCH = timedelta(minutes=5)

# A step-up grant: five minutes, one use, one previewed digest.
STEP_UP = timedelta(minutes=5)


def policy_for(roles: Collection[Role], staff_hours: int = 12) -> SessionPolicy:
    """How long somebody with these roles stays signed in; the strictest role decides.

    `staff_hours` is the installation's own longest working day.
    """
    if roles and set(roles) <= TRADE:
        return FARM
    return SessionPolicy(idle=STAFF_IDLE, longest=timedelta(hours=staff_hours))


def is_live(opened_at: datetime, seen_at: datetime, now: datetime, policy: SessionPolicy) -> bool:
    """Whether a session that was opened and last seen then is still good now."""
    return now - seen_at < policy.idle and now - opened_at < policy.longest


def network_of(address: str) -> str:
    """The neighbourhood of an address: /24 or /48, enough to notice a strange place.

    The whole address is not kept (PIPL art. 6, only what is needed). "" if it is no address.
    """
    try:
        parsed = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    length = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{length}", strict=False))


def device_of(agent: str) -> str:
    """A word for the device in the list of sign-ins, from the browser's own description."""
    where = next(
        (
            name
            for mark, name in (
                ("HarmonyOS", "鸿蒙手机"),
                ("iPhone", "苹果手机"),
                ("iPad", "苹果平板"),
                ("Android", "安卓手机"),
                ("Windows", "Windows 电脑"),
                ("Macintosh", "苹果电脑"),
                ("Linux", "Linux 电脑"),
            )
            if mark in agent
        ),
        "其他设备",
    )
    return f"{where}（微信）" if "MicroMessenger" in agent else where


DISOWNED = "本人说这不是他"
"""Why a sign-in was ended that its person did not recognise."""
POCKET = ("鸿蒙手机", "苹果手机", "苹果平板", "安卓手机")


def is_field(roles: Collection[Role], device: str) -> bool:
    """Whether a sign-in is the one an official vet has in his pocket: one at a time (S1)."""
    return Role.OFFICIAL_VET in roles and device.startswith(POCKET)


def is_strange(known: Collection[tuple[str, str]], device: str, network: str) -> bool:
    """Whether somebody signed in before, but never on such a device or never from around here.

    A network nobody could read ("") says nothing. ASVS 5.0 V6.3.5.
    """
    if not known:
        return False
    new_device = all(device != seen for seen, _network in known)
    new_place = bool(network) and all(network != seen for _device, seen in known)
    return new_device or new_place


def local_path(target: str | None) -> str | None:
    r"""`target` if it is a path on this site, else None: nobody is sent elsewhere after sign-in.

    Refuses `//host`, `/\\host`, a scheme, control characters and anything that is not a path.
    """
    if not target or len(target) > 2000 or not target.startswith("/"):
        return None
    if target.startswith(("//", "/\\")) or "\\" in target or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
