"""A vet registers a passkey in chromium's own (virtual) authenticator, signs in and signs with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from socket import socket

import pytest
from sqlalchemy import select

from aquacert.certificates.models import Certificate
from aquacert.kernel.audit import AuditEntry
from tests.browser.hand import SMALL, WIDE, Walk, signed_in
from tests.make.accounts import code_for, make_person
from tests.make.certificates import make_ready
from tests.make.loopback import on_loopback
from tests.make.passkeys import SoftKey, give_passkey

pytestmark = pytest.mark.browser
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def settings(settings):
    """The same installation at a name browsers make keys for: localhost, on a port of its own."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return replace(settings, public_url=f"http://localhost:{port}", port=port)


@pytest.fixture
def served(app, settings) -> Iterator[str]:
    """The test's app where its public address says it is."""
    app.config.update(WTF_CSRF_ENABLED=True)
    with on_loopback(app, settings.port):
        yield settings.public_url


class Authenticator:
    """Chromium's virtual authenticator of one page."""

    def __init__(self, hand) -> None:
        self.cdp = hand.context.new_cdp_session(hand.page)
        self.cdp.send("WebAuthn.enable")
        answer = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
        self.id = answer["authenticatorId"]

    def verifies(self, *, verifies: bool) -> None:
        """Let the finger be the right one, or not."""
        told = {"authenticatorId": self.id, "isUserVerified": verifies}
        self.cdp.send("WebAuthn.setUserVerified", told)

    @property
    def keys(self) -> list[dict[str, object]]:
        """What it holds."""
        answer = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return answer["credentials"]


def test_a_vet_registers_a_passkey_and_signs_a_certificate_with_it(walk: Walk, db, axe):
    walk.axe = axe
    ready = make_ready(db)
    vet = ready.vet
    hand = signed_in(walk.hand(WIDE), db, vet)
    phone = Authenticator(hand)
    hand.open("/accounts/me").follow("通行密钥和安全钥匙").look("keys_none")
    hand.follow("登记一把钥匙").look("keys_step_up")
    hand.fill(code=code_for(db, vet.person_id)).press("核验，继续").look("keys_new")
    hand.fill(name="我的手机").press("登记这把钥匙")
    assert "我的手机" in hand.look("keys_one")
    assert len(phone.keys) == 1

    hand.open(f"/certificates/loads/{ready.load_id}").look("sign_with_key")
    phone.verifies(verifies=False)
    hand.page.get_by_role("button", name="用通行密钥/安全钥匙确认").click()
    hand.page.get_by_text("没有确认").wait_for()
    hand.look("sign_cancelled")
    phone.verifies(verifies=True)
    hand.press("用通行密钥/安全钥匙确认")
    assert "文书生成中" in hand.look("signed_with_key")
    with db.look() as look:
        [row] = look.scalars(select(Certificate))
        assert str(row.id) in hand.path
        used = look.scalars(select(AuditEntry).where(AuditEntry.tag == "accounts:passkey:use"))
        assert len(used) == 1

    hand.open("/accounts/sign-out").press("退出登录")
    hand.fill(username=vet.username, password=vet.password).press("登录")
    hand.look("second_factor_key")
    hand.press("用通行密钥/安全钥匙登录")
    hand.open("/accounts/passkeys").follow("移除这把钥匙").look("keys_remove")
    hand.press("用通行密钥/安全钥匙确认")
    assert "还没有登记钥匙" in hand.look("keys_gone")
    assert walk.faults == []


def test_a_first_sign_in_makes_a_passkey_instead_of_a_code(walk: Walk, db, axe):
    walk.axe = axe
    chief = make_person(db, "administrator", totp=False)
    hand = walk.hand(SMALL).open("/accounts/sign-in")
    Authenticator(hand)
    hand.fill(username=chief.username, password=chief.password).press("登录")
    hand.look("first_key")
    hand.fill(name="办公室的电脑").press("登记这把钥匙并登录")
    assert "1 把" in hand.open("/accounts/me").look("me_with_key")
    assert walk.faults == []


def test_where_the_browser_has_no_keys_the_code_is_asked_for_alone(walk: Walk, db):
    """Without the script there is no button, and the form is what it always was."""
    ready = make_ready(db)
    give_passkey(db, ready.vet, SoftKey(origin=walk.base, host="localhost"))
    plain = walk.hand(SMALL, java_script_enabled=False)
    hand = signed_in(plain, db, ready.vet)
    hand.open(f"/certificates/loads/{ready.load_id}")
    assert "用通行密钥" not in hand.text()
    hand.fill(code=code_for(db, ready.vet.person_id)).press("签发并盖章")
    assert "/certificates/loads" not in hand.path
    assert walk.faults == []
