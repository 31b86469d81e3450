"""The key ring: one key per office, vet and purpose, ES256 or SM2, in files or on a token.

`KeyRing` is a folder. Each key has `<kid>.json` (what may be published); its private half is
`<kid>.pem` beside it (PKCS#8, encrypted, mode 0600) or on a PKCS#11 token. The ring's own small
certification authority issues the X.509 certificates. A seal made from these keys has no legal
force.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from aquacert.kernel.errors import Invalid, NotAllowedNow, Unavailable
from aquacert.kernel.settings import Settings
from aquacert.trust.atomic import alone, write_whole
from aquacert.trust.logkeys import NoteKeys
from aquacert.trust.pkcs11 import TokenStore
from aquacert.trust.publickeys import KeyState, ListedKey, Owner, Use
from aquacert.trust.signers import FileStore, KeySigner, KeyStore, PrivateKey
from aquacert.trust.spki import ES256, SM2, PublicKey, kid_of
from aquacert.trust.x509 import Subject, issue_certificate, issue_root

__all__ = [
    "ES256",
    "SM2",
    "KeyRing",
    "KeySigner",
    "KeyState",
    "ListedKey",
    "Owner",
    "PublicKey",
    "Use",
    "kid_of",
    "open_ring",
]

KEY_DAYS = 365
"""A key that signs certificates lives twelve months at most: a lost one hurts one office a year."""
ROOT_DAYS = 1461
SUITE_USES = frozenset({Use.ISSUE, Use.STATUS})
"""Uses that follow the installation's suite. PDF signatures and roots are always ES256."""
SEAL_USES = frozenset({Use.SES, Use.SEAL_MAKER})
"""Uses that are SM2 whatever the suite: GB/T 38540 knows nothing else."""
ROOT_LABELS = {ES256: "root", SM2: "root-sm2"}
EARLIER = timedelta(minutes=5)
"""A key is valid a little before it was made: other machines' clocks differ."""


class KeyRing:
    """All keys of one installation, in one folder, under one passphrase."""

    def __init__(
        self, folder: Path, passphrase: str, *, suite: str = ES256, token: KeyStore | None = None
    ) -> None:
        """Open the ring; new ES256 keys are made on `token` when one is given.

        `suite` is the algorithm of new certificate and status keys. SM2 keys are files always: a
        PKCS#11 token has no standard mechanism for them.
        """
        self.notes = NoteKeys(folder, passphrase)
        """The keys of the public log and of a witness."""
        self._folder = folder
        self._suite = suite
        self._files: KeyStore = FileStore(folder, passphrase)
        self._token = token
        self._signers: dict[bytes, KeySigner] = {}
        self._listed: tuple[ListedKey, ...] = ()
        self._of_owner: dict[tuple[Use, str], list[ListedKey]] = {}
        self._seen = -1
        """When the folder last changed as this object knows it, nanoseconds."""

    def public_keys(self) -> tuple[ListedKey, ...]:
        """Return every key's public part, oldest first; sees what other processes changed."""
        changed = self._folder.stat().st_mtime_ns if self._folder.is_dir() else 0
        if changed != self._seen:
            keys = [_read_public(path) for path in self._folder.glob("[!.]*.json")]
            self._listed = tuple(sorted(keys, key=lambda key: (key.not_before, key.kid)))
            grouped: defaultdict[tuple[Use, str], list[ListedKey]] = defaultdict(list)
            for key in self._listed:
                grouped[key.use, key.owner.label].append(key)
            self._of_owner = dict(grouped)
            self._seen = changed
        return self._listed

    def find(self, use: Use, label: str, at: datetime) -> ListedKey | None:
        """Return the newest active key of `label` for `use` that is valid at `at`."""
        fit = [key for key in self._active(use, label) if key.covers(at)]
        return fit[-1] if fit else None

    def named(self, kid: bytes) -> ListedKey:
        """Return the key with this kid; raise `Unavailable` when there is none."""
        found = next((key for key in self.public_keys() if key.kid == kid), None)
        if found is None:
            raise Unavailable("没有这把密钥。", detail=kid.hex())
        return found

    def signer(self, use: Use, label: str, at: datetime) -> KeySigner:
        """Return the signer of `label` for `use` at `at`; raise `Unavailable` when it has none."""
        public = self.find(use, label, at)
        if public is None:
            raise Unavailable("没有可用的签名密钥：请管理员为它生成密钥。", detail=f"{use} {label}")
        return self.load(public)

    def load(self, public: ListedKey) -> KeySigner:
        """Return the signer of `public`; raise `Unavailable` when it does not open."""
        known = self._signers.get(public.kid)
        if known is None or known.public != public:
            private = self._private(public.key) if known is None else known.private
            known = self._signers[public.kid] = KeySigner(public, private)
        return known

    def create(
        self,
        use: Use,
        owner: Owner,
        *,
        now: datetime,
        days: int = KEY_DAYS,
        algorithm: str | None = None,
    ) -> ListedKey:
        """Make a key for `owner`, valid from `now`; its certificate comes from the ring's root.

        `algorithm` is the suite's for what it covers when not given. Raise `Invalid` for more than
        twelve months and for SM2 where a PDF reader must follow.
        """
        if use is Use.ROOT:
            return self.root(now)
        algorithm = algorithm or self._usual(use)
        if not 0 < days <= KEY_DAYS:
            raise Invalid(f"签名密钥的有效期是 1 到 {KEY_DAYS} 天。")
        if algorithm == ES256 and use in SEAL_USES:
            raise Invalid("电子印章只用 SM2（GB/T 38540）。")
        if algorithm == SM2 and use not in SUITE_USES | SEAL_USES:
            raise Invalid("文书签名和根密钥只用 ES256：通行的 PDF 阅读软件验不了 SM2 签名。")
        root = self.load(self.root(now, algorithm))
        private = self._fresh(algorithm)
        begins, ends = now - EARLIER, now + timedelta(days=days)
        subject = Subject(owner.name, owner.division, private.key.kid, begins, ends)
        certificate = issue_certificate(private.key, subject, root.private, root.public.certificate)
        return self._keep(ListedKey(private.key, use, owner, begins, ends, certificate), private)

    def ensure(self, use: Use, owner: Owner, *, now: datetime) -> ListedKey:
        """Return the key of `owner` for `use` at `now`, making it when there is none."""
        return self.find(use, owner.label, now) or self.create(use, owner, now=now)

    def rotate(self, use: Use, owner: Owner, *, now: datetime, days: int = KEY_DAYS) -> ListedKey:
        """Give `owner` a new key from `now` on; older ones are retired and verify to their end."""
        fresh = self.create(use, owner, now=now, days=days)
        with alone(self._folder):
            self._seen = -1
            for key in self._active(use, owner.label):
                if key.kid != fresh.kid:
                    self._write(replace(key, state=KeyState.RETIRED))
        return fresh

    def root(self, now: datetime, algorithm: str = ES256) -> ListedKey:
        """Return the certification authority for keys of `algorithm`, made on the first call."""
        label = ROOT_LABELS[algorithm]
        found = self.find(Use.ROOT, label, now)
        if found is not None:
            return found
        private = self._fresh(algorithm)
        begins, ends = now - 2 * EARLIER, now + timedelta(days=ROOT_DAYS)
        owner = Owner(label, "", "AquaCert local root (no legal force)")
        certificate = issue_root(private, Subject(owner.name, "", private.key.kid, begins, ends))
        return self._keep(
            ListedKey(private.key, Use.ROOT, owner, begins, ends, certificate), private
        )

    def withdraw(self, kid: bytes, *, compromised_since: datetime | None = None) -> ListedKey:
        """Take a key back; with `compromised_since` what it signed from then on is not believed.

        A key once known as compromised stays so; its instant may only become earlier.
        """
        self.named(kid)
        with alone(self._folder):
            self._seen = -1  # another process may have changed it a moment ago
            found = self.named(kid)
            if found.state is KeyState.COMPROMISED:
                known = found.compromised_since
                if compromised_since is None or (known is not None and compromised_since >= known):
                    raise NotAllowedNow("这把密钥已按泄露处理，不能改回。", detail=kid.hex())
            state = KeyState.WITHDRAWN if compromised_since is None else KeyState.COMPROMISED
            return self._write(replace(found, state=state, compromised_since=compromised_since))

    def roots(self) -> tuple[bytes, ...]:
        """Return the DER certificates that judge this ring's PAdES signatures (ES256)."""
        return tuple(
            key.certificate
            for key in self.public_keys()
            if key.use is Use.ROOT and key.algorithm == ES256
        )

    def seal_roots(self) -> tuple[bytes, ...]:
        """Return the DER certificates that this ring's electronic seals go back to (SM2)."""
        return tuple(
            key.certificate
            for key in self.public_keys()
            if key.use is Use.ROOT and key.algorithm == SM2
        )

    def _usual(self, use: Use) -> str:
        """Return the algorithm of a key for `use` when none is asked for."""
        if use in SEAL_USES:
            return SM2
        return self._suite if use in SUITE_USES else ES256

    def _active(self, use: Use, label: str) -> Sequence[ListedKey]:
        self.public_keys()
        keys = self._of_owner.get((use, label), [])
        return [key for key in keys if key.state is KeyState.ACTIVE]

    def _fresh(self, algorithm: str) -> PrivateKey:
        """Return a new private key whose kid no key here carries."""
        taken = {key.kid for key in self.public_keys()}
        while True:
            private = self._maker(algorithm).fresh(algorithm)
            if private.key.kid not in taken:
                return private

    def _private(self, key: PublicKey) -> PrivateKey:
        """Return the private half from whichever store holds it; that store says what is wrong."""
        if self._token is None or key.algorithm == SM2 or self._files.holds(key):
            return self._files.open(key)
        return self._token.open(key)

    def _maker(self, algorithm: str) -> KeyStore:
        """Return the store where a new key of this algorithm is made."""
        return self._files if self._token is None or algorithm == SM2 else self._token

    def _keep(self, public: ListedKey, private: PrivateKey) -> ListedKey:
        """Keep the private half first, then the public one: a listed key can always sign."""
        self._maker(private.key.algorithm).keep(private)
        self._write(public)
        self._signers[public.kid] = KeySigner(public, private)
        return public

    def _write(self, public: ListedKey) -> ListedKey:
        write_whole(self._folder / f"{public.kid.hex()}.json", _row_bytes(public))
        self._seen = -1
        return public


def open_ring(settings: Settings) -> KeyRing:
    """Return the ring of an installation, with its token when its keys are made on one."""
    token = None
    if settings.key_store == "pkcs11":
        token = TokenStore(settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin)
    return KeyRing(
        settings.data_dir / "keys", settings.key_passphrase, suite=settings.suite, token=token
    )


def _read_public(path: Path) -> ListedKey:
    try:
        return ListedKey.from_row(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, Invalid) as error:
        raise Unavailable(f"密钥清单读不出：{path.name}。", detail=repr(error)) from None


def _row_bytes(public: ListedKey) -> bytes:
    return json.dumps(public.to_row(), ensure_ascii=False, indent=1).encode()
