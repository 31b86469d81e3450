"""Who walks the road, and how each of them comes to a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.browser.hand import SMALL, Hand, Walk
from tests.make.accounts import PASSWORD, Made
from tests.make.labs import Lab

FARM = "示例县东滩苗种场"


@dataclass
class Road:
    """Who walks, where, and what was found on the way."""

    walk: Walk
    db: Any
    clerk: Made
    vet: Made
    chief: Made
    lab: Lab
    uscc: str
    seat: Callable[..., Hand]

    def desk(self, made: Made) -> Hand:
        """Sit somebody down at a desk."""
        return self.seat(made).open("/accounts/home")

    def phone(self, made: Made) -> Hand:
        """Give somebody a phone."""
        return self.seat(made, wide=False).open("/accounts/home")

    def owner(self) -> Hand:
        """Let the owner sign in with the farm's code, as registered."""
        hand = self.walk.hand(SMALL).open("/accounts/sign-in")
        hand.fill(username=self.uscc, password=PASSWORD).press("登录")
        return hand
