"""Private keys behind one interface, chosen by the key's algorithm: ES256 and SM2 in files.

A file is PKCS#8, encrypted under the passphrase (PBES2: PBKDF2 with SHA-256, AES-256-CBC, RFC
8018), so that `openssl pkey` reads it. A key on a token is in `trust.pkcs11`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from aquacert.kernel.errors import Unavailable
from aquacert.trust import pkcs8, sm2
from aquacert.trust.atomic import write_whole
from aquacert.trust.der import from_raw, join
from aquacert.trust.publickeys import ListedKey
from aquacert.trust.spki import ES256, SM2, PublicKey, lowered

_HASH = ec.ECDSA(hashes.SHA256())


class PrivateKey(Protocol):
    """A private key somewhere that signs what it is given."""

    @property
    def key(self) -> PublicKey:
        """The public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature r‖s (64 bytes) of `message`; ES256 with the lower s."""
        ...


class KeyStore(Protocol):
    """Where private keys are kept."""

    def fresh(self, algorithm: str) -> PrivateKey:
        """Return a new private key of this algorithm."""
        ...

    def keep(self, private: PrivateKey) -> None:
        """Keep a key that `fresh` gave, to be found by its kid."""
        ...

    def holds(self, key: PublicKey) -> bool:
        """Tell whether this store keeps the private half of `key`."""
        ...

    def open(self, key: PublicKey) -> PrivateKey:
        """Return the private half of `key`; raise `Unavailable` when it does not open."""
        ...


class Es256Key:
    """A P-256 private key in memory."""

    def __init__(self, native: ec.EllipticCurvePrivateKey) -> None:
        self.native = native
        numbers = native.public_key().public_numbers()
        self.key = PublicKey.of_point(ES256, join(numbers.x, numbers.y))

    def sign(self, message: bytes) -> bytes:
        """Return r‖s over SHA-256 of `message`, with the lower s."""
        return lowered(join(*decode_dss_signature(self.native.sign(message, _HASH))))

    def to_pem(self, passphrase: bytes) -> bytes:
        """Return the key as encrypted PKCS#8."""
        return self.native.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase),
        )


class Sm2Key:
    """An SM2 private key in memory."""

    def __init__(self, number: bytes) -> None:
        self._number = number
        self.key = PublicKey.of_point(SM2, sm2.point_of(number))

    def sign(self, message: bytes) -> bytes:
        """Return r‖s over SM3 of Z and `message`, under the usual user id."""
        return sm2.sign(self._number, message, point=self.key.point)

    def to_pem(self, passphrase: bytes) -> bytes:
        """Return the key as encrypted PKCS#8."""
        return pkcs8.encrypted_pem(self._number, self.key.point, passphrase)


class KeySigner:
    """A listed key with its private half: what signs certificates, lists and documents."""

    def __init__(self, public: ListedKey, private: PrivateKey) -> None:
        self.public = public
        self.private = private

    @property
    def kid(self) -> bytes:
        """The key's identifier, 4 bytes."""
        return self.public.kid

    @property
    def algorithm(self) -> str:
        """Return `ES256` or `SM2`."""
        return self.public.algorithm

    @property
    def certificate(self) -> bytes:
        """The key's X.509 certificate, DER."""
        return self.public.certificate

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature r‖s (64 bytes) of `message`."""
        return self.private.sign(message)

    def sign_der(self, message: bytes) -> bytes:
        """Return the DER signature that X.509 and CMS carry."""
        return from_raw(self.private.sign(message))


class FileStore:
    """One encrypted file for each private key, `<kid>.pem`, mode 0600."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder = folder
        self._passphrase = passphrase.encode()

    def fresh(self, algorithm: str) -> Es256Key | Sm2Key:
        """Return a new private key of this algorithm, not yet kept."""
        if algorithm == SM2:
            return Sm2Key(sm2.generate()[0])
        return Es256Key(ec.generate_private_key(ec.SECP256R1()))

    def keep(self, private: PrivateKey) -> None:
        """Write the key's file."""
        if not isinstance(private, Es256Key | Sm2Key):
            raise Unavailable("这把密钥不能存成文件。", detail=private.key.kid.hex())
        write_whole(self._path(private.key), private.to_pem(self._passphrase))

    def holds(self, key: PublicKey) -> bool:
        """Tell whether the key's file is here."""
        return self._path(key).is_file()

    def open(self, key: PublicKey) -> Es256Key | Sm2Key:
        """Return the private half of `key`; raise `Unavailable` for file, passphrase, other key."""
        try:
            pem = self._path(key).read_bytes()
        except OSError as error:
            raise Unavailable("签名密钥的文件读不到。", detail=repr(error)) from None
        try:
            private = self._read(pem, key.algorithm)
        except (ValueError, TypeError) as error:
            raise Unavailable(
                "签名密钥打不开：口令不对。请检查 AQUACERT_KEY_PASSPHRASE。", detail=repr(error)
            ) from None
        if private.key != key:
            raise Unavailable("签名密钥的文件里是另一把密钥。", detail=key.kid.hex())
        return private

    def _read(self, pem: bytes, algorithm: str) -> Es256Key | Sm2Key:
        if algorithm == SM2:
            return Sm2Key(pkcs8.private_number(pem, self._passphrase))
        native = serialization.load_pem_private_key(pem, self._passphrase)
        if not isinstance(native, ec.EllipticCurvePrivateKey):
            raise TypeError("not a P-256 key")
        return Es256Key(native)

    def _path(self, key: PublicKey) -> Path:
        return self._folder / f"{key.kid.hex()}.pem"
