"""One family of errors. Each carries a sentence that is safe to show; http/problems translates them.

Sentences are Chinese (the source language of the message catalogue); private detail goes to the
log through `detail`, never to the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class AquaCertError(Exception):
    """Base of every error this product raises on purpose."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"

    def __init__(self, sentence: str, *, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


class Invalid(AquaCertError):
    """What was sent cannot be right. `fields` names each wrong field and what would be right."""

    status = 422
    code = "invalid"

    def __init__(self, sentence: str, **fields: str) -> None:
        super().__init__(sentence)
        self.fields = fields


class NotSignedIn(AquaCertError):
    """Nobody is signed in and the door needs somebody."""

    status = 401
    code = "not-signed-in"

    def __init__(self, sentence: str = "请先登录。登录后回到这一页。") -> None:
        super().__init__(sentence)


class NotAllowed(AquaCertError):
    """The person is known and may not do this."""

    status = 403
    code = "not-allowed"

    def __init__(self, sentence: str = "您的账号没有这项权限。") -> None:
        super().__init__(sentence)


class NotFound(AquaCertError):
    """No such row, or a row out of this person's scope: the two answer alike."""

    status = 404
    code = "not-found"

    def __init__(self, sentence: str = "没有找到这一项，或者它不归您的辖区。") -> None:
        super().__init__(sentence)


class NotAllowedNow(AquaCertError):
    """The act does not fit the present state."""

    status = 409
    code = "not-allowed-now"


class Conflict(AquaCertError):
    """Somebody changed it meanwhile, or one key was used for two different requests."""

    status = 409
    code = "conflict"


class NotReady(AquaCertError):
    """Everything that stands in the way, all at once."""

    status = 409
    code = "not-ready"

    def __init__(self, reasons: Sequence[str], sentence: str = "现在还不能办理。") -> None:
        super().__init__(sentence)
        self.reasons = tuple(reasons)


class TooMany(AquaCertError):
    """Too many tries in a short time."""

    status = 429
    code = "too-many"


class Unavailable(AquaCertError):
    """Something this needs does not answer just now; nothing was lost."""

    status = 503
    code = "unavailable"


class NoRoom(Unavailable):
    """The disk is full: what came so far is kept, the rest is sent again once there is room."""

    status = 507
    code = "no-room"


class OtherPerson(NotAllowed):
    """Somebody else is signed in on the device than whoever made what it sends."""

    code = "other_person"


class Discarded(Invalid):
    """A file arrived whole and is not what was announced: it was thrown away."""

    code = "hash-mismatch"


class Misconfigured(AquaCertError):
    """The installation cannot run as it is set; the sentence says what to set."""

    code = "misconfigured"


class Repeated(Exception):
    """The same request with the same key was already answered; `reply` is that answer."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply
