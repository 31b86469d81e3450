"""Who walks the road, and how each of them comes to a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.browser.hand import SMALL, WIDE, Hand, Walk, signed_in
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

    def desk(self, made: Made) -> Hand:
        """Sit somebody down at a desk."""
        return signed_in(self.walk.hand(WIDE), self.db, made)

    def phone(self, made: Made) -> Hand:
        """Give somebody a phone."""
        return signed_in(self.walk.hand(SMALL), self.db, made)

    def owner(self) -> Hand:
        """Let the owner sign in with the farm's code, as registered."""
        hand = self.walk.hand(SMALL).open("/accounts/sign-in")
        hand.fill(username=self.uscc, password=PASSWORD).press("登录")
        return hand
