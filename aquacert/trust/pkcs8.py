"""SM2 private keys as PKCS#8 files that OpenSSL and GmSSL read (RFC 5958, RFC 5915, RFC 8018)."""

from __future__ import annotations

import secrets

from asn1crypto import algos, keys, pem
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

ITERATIONS = 200_000
MOST_ITERATIONS = 10_000_000
SALT_BYTES, IV_BYTES, KEY_BYTES, BLOCK_BITS = 16, 16, 32, 128
BEFORE_NUMBER = bytes.fromhex(
    "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420"
)
"""PrivateKeyInfo 0, ecPublicKey on 1.2.156.10197.1.301, ECPrivateKey 1, then d (32 bytes)."""
BEFORE_POINT = bytes.fromhex("a14403420004")
"""ECPrivateKey [1] publicKey, uncompressed, then x‖y: the one form OpenSSL writes too."""
LABEL = "ENCRYPTED PRIVATE KEY"


def encrypted_pem(number: bytes, point: bytes, passphrase: bytes) -> bytes:
    """Return the private key d (32 bytes) with its point x‖y, encrypted with AES-256-CBC."""
    salt, iv = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(IV_BYTES)
    padder = padding.PKCS7(BLOCK_BITS).padder()
    plain = padder.update(BEFORE_NUMBER + number + BEFORE_POINT + point) + padder.finalize()
    encryptor = _cipher(passphrase, salt, ITERATIONS, iv).encryptor()
    sealed = keys.EncryptedPrivateKeyInfo(
        {
            "encryption_algorithm": _scheme(salt, iv),
            "encrypted_data": encryptor.update(plain) + encryptor.finalize(),
        }
    )
    return bytes(pem.armor(LABEL, sealed.dump()))


def private_number(data: bytes, passphrase: bytes) -> bytes:
    """Return d (32 bytes) of a file `encrypted_pem` made; raise `ValueError` when it is none."""
    label, _, der = pem.unarmor(data)
    sealed = keys.EncryptedPrivateKeyInfo.load(der, strict=True)
    scheme = sealed["encryption_algorithm"]
    if label != LABEL or scheme["algorithm"].native != "pbes2":
        raise ValueError("not a PBES2 file")
    parameters = scheme["parameters"]
    derived = parameters["key_derivation_func"]["parameters"]
    rounds = int(derived["iteration_count"].native)
    if parameters["encryption_scheme"]["algorithm"].native != "aes256_cbc" or not (
        0 < rounds <= MOST_ITERATIONS
    ):
        raise ValueError("not AES-256-CBC")
    iv = parameters["encryption_scheme"]["parameters"].native
    decryptor = _cipher(passphrase, derived["salt"].native, rounds, iv).decryptor()
    plain = decryptor.update(sealed["encrypted_data"].native) + decryptor.finalize()
    unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
    info = unpadder.update(plain) + unpadder.finalize()
    number = info[len(BEFORE_NUMBER) : len(BEFORE_NUMBER) + KEY_BYTES]
    if not info.startswith(BEFORE_NUMBER + number + BEFORE_POINT):
        raise ValueError("not an SM2 key")
    return number


def _scheme(salt: bytes, iv: bytes) -> algos.EncryptionAlgorithm:
    return algos.EncryptionAlgorithm(
        {
            "algorithm": "pbes2",
            "parameters": {
                "key_derivation_func": {
                    "algorithm": "pbkdf2",
                    "parameters": {
                        "salt": algos.Pbkdf2Salt(name="specified", value=salt),
                        "iteration_count": ITERATIONS,
                        "prf": {"algorithm": "sha256"},
                    },
                },
                "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": iv},
            },
        }
    )


def _cipher(passphrase: bytes, salt: bytes, rounds: int, iv: bytes) -> Cipher[modes.CBC]:
    derived = PBKDF2HMAC(hashes.SHA256(), KEY_BYTES, salt, rounds).derive(passphrase)
    return Cipher(algorithms.AES256(derived), modes.CBC(iv))
