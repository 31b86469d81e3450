"""ES256 keys on a PKCS#11 token (OASIS PKCS #11 v2.40, CKM_ECDSA): the key never leaves it.

No SM2 here: PKCS#11 has no standard SM2 mechanism, and what a token signs by CKM_ECDSA on the SM2
curve is not an SM2 signature. A session that broke (token pulled, server restarted, process
forked) is opened anew once; then the sentence says what to look at. The PIN is never written out.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from aquacert.kernel.errors import Misconfigured, Unavailable
from aquacert.trust.der import SIGNATURE_BYTES
from aquacert.trust.spki import ES256, PublicKey, lowered

if TYPE_CHECKING:
    import pkcs11

    from aquacert.trust.signers import PrivateKey

P256_NAME = "secp256r1"
LABEL = "aquacert"
UNREACHABLE = "签名设备没有应答。请检查设备、AQUACERT_PKCS11_MODULE 和 AQUACERT_PKCS11_TOKEN。"
WRONG_PIN = "签名设备不接受 AQUACERT_PKCS11_PIN。再试可能锁死设备，请先核对。"
T = TypeVar("T")


class TokenKey:
    """A P-256 private key on the token."""

    def __init__(self, store: TokenStore, key: PublicKey) -> None:
        self.key = key
        self._store = store

    def sign(self, message: bytes) -> bytes:
        """Return r‖s over SHA-256 of `message`, with the lower s; raise `Unavailable`."""
        return lowered(self._store.sign(self.key, hashlib.sha256(message).digest()))


class TokenStore:
    """One token of one PKCS#11 module, with one session, used by one thread at a time."""

    def __init__(self, module: str, token: str, pin: str) -> None:
        self._module, self._token, self._pin = module, token, pin
        self._lock = threading.RLock()
        self._session: pkcs11.Session | None = None
        self._process = 0
        self._found: dict[bytes, Any] = {}

    def fresh(self, algorithm: str) -> TokenKey:
        """Make a P-256 key on the token; raise `Misconfigured` for another algorithm."""
        if algorithm != ES256:
            raise Misconfigured(f"PKCS#11 设备上的密钥只用 ES256，不能是 {algorithm}。")
        return TokenKey(self, self._asked(self._generate))

    def keep(self, private: PrivateKey) -> None:
        """Do nothing: what `fresh` made is on the token already, under its kid."""

    def holds(self, key: PublicKey) -> bool:
        """Tell whether the token has the private half of `key`."""
        return key.algorithm == ES256 and self._asked(
            lambda session: self._private(session, key) is not None
        )

    def open(self, key: PublicKey) -> TokenKey:
        """Return the key on the token; raise `Unavailable` when it is not there."""
        if not self.holds(key):
            raise Unavailable("签名设备上没有这把密钥。", detail=key.kid.hex())
        return TokenKey(self, key)

    def sign(self, key: PublicKey, digest: bytes) -> bytes:
        """Return the raw signature the token makes of a digest of 32 bytes."""
        import pkcs11

        def signed(session: pkcs11.Session) -> bytes:
            private = self._private(session, key)
            if private is None:
                raise Unavailable("签名设备上没有这把密钥。", detail=key.kid.hex())
            return bytes(private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))

        signature = self._asked(signed)
        if len(signature) != SIGNATURE_BYTES:
            raise Unavailable("签名设备给出的签名长度不对。", detail=str(len(signature)))
        return signature

    def close(self) -> None:
        """End the session; the next call opens another."""
        with self._lock:
            session, self._session = self._session, None
            self._found.clear()
            if session is not None and self._process == os.getpid():
                self._quietly(session.close)

    def _asked(self, ask: Callable[[pkcs11.Session], T]) -> T:
        """Return what `ask` gives; when the session broke, open another and ask once more."""
        import pkcs11

        with self._lock:
            try:
                return ask(self._opened())
            except (pkcs11.PinIncorrect, pkcs11.PinLocked) as error:
                raise Unavailable(WRONG_PIN, detail=type(error).__name__) from None
            except pkcs11.PKCS11Error:
                self._reset()
            try:
                return ask(self._opened())
            except (pkcs11.PinIncorrect, pkcs11.PinLocked) as error:
                raise Unavailable(WRONG_PIN, detail=type(error).__name__) from None
            except pkcs11.PKCS11Error as error:
                raise Unavailable(UNREACHABLE, detail=type(error).__name__) from None

    def _opened(self) -> pkcs11.Session:
        """Return the session, opened in this process: none may be used across a fork."""
        import pkcs11

        if self._session is not None and self._process == os.getpid():
            return self._session
        self._found.clear()
        try:
            library = pkcs11.lib(self._module)
        except RuntimeError as error:
            raise Unavailable(UNREACHABLE, detail=repr(error)) from None
        if self._process not in {0, os.getpid()}:
            library.reinitialize()
        token = library.get_token(token_label=self._token)
        try:
            self._session = token.open(rw=True, user_pin=self._pin)
        except pkcs11.UserAlreadyLoggedIn:  # by another session of this process
            self._session = token.open(rw=True)
        self._process = os.getpid()
        return self._session

    def _reset(self) -> None:
        """Forget the session and start the module anew, as after a token was pulled."""
        import pkcs11

        self.close()
        library = self._quietly(lambda: pkcs11.lib(self._module))
        if library is not None:
            self._quietly(library.reinitialize)

    def _generate(self, session: pkcs11.Session) -> PublicKey:
        import pkcs11
        from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC,
            {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(P256_NAME)},
            local=True,
        )
        hidden = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
        public, private = parameters.generate_keypair(
            store=True, label=LABEL, private_template=hidden
        )
        key = PublicKey.load(encode_ec_public_key(public))
        for half in (public, private):
            half[pkcs11.Attribute.ID] = key.kid
            half[pkcs11.Attribute.LABEL] = f"{LABEL}-{key.kid.hex()}"
        return key

    def _private(self, session: pkcs11.Session, key: PublicKey) -> Any:  # noqa: ANN401
        """Return the private half whose public half has this very point, None when there is none."""
        import pkcs11
        from pkcs11.util.ec import encode_ec_public_key

        if key.point not in self._found:
            publics, privates = (
                # Read to its end: a search left open forbids the next one.
                list(
                    session.get_objects({pkcs11.Attribute.ID: key.kid, pkcs11.Attribute.CLASS: one})
                )
                for one in (pkcs11.ObjectClass.PUBLIC_KEY, pkcs11.ObjectClass.PRIVATE_KEY)
            )
            is_same = any(
                PublicKey.load(encode_ec_public_key(cast("Any", one))) == key for one in publics
            )
            if not is_same or not privates:
                return None
            self._found[key.point] = privates[0]
        return self._found[key.point]

    @staticmethod
    def _quietly(act: Callable[[], T]) -> T | None:
        """Return what `act` gives, None when the module refuses: it is being given up anyway."""
        import pkcs11

        try:
            return act()
        except (pkcs11.PKCS11Error, RuntimeError):
            return None
