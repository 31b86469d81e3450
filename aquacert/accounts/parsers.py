"""What a passkey or a security key answered (WebAuthn Level 2), read and proved.

py_webauthn does the reading and the proof. What it is given comes from strangers and may be
anything, so whatever it raises is one of two refusals: unreadable, or not proved.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_authenticator_data,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorData,
    RegistrationCredential,
)

from aquacert.accounts.rules.passkeys import LONGEST_ANSWER, PasskeyReason, Site, Unfit

ALGORITHMS = (
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
"""ES256, Ed25519, RS256: every key on the market has one of them (WebAuthn 5.4)."""
UNATTESTED = frozenset({AttestationFormat.NONE, AttestationFormat.PACKED})
"""Nobody is asked who made his key; a self-attestation may still come along (WebAuthn 5.1.3)."""


@dataclass(frozen=True)
class Told:
    """What the browser says of the ceremony."""

    challenge: bytes
    origin: str
    is_embedded: bool
    """Asked from within another site's page."""


@dataclass(frozen=True)
class Assertion:
    """An answer to "is it you?", read but not yet proved."""

    credential: AuthenticationCredential
    credential_id: str
    """base64url without padding."""
    user_handle: bytes | None
    told: Told
    data: AuthenticatorData

    @property
    def sign_count(self) -> int:
        """How often the key says it signed; 0 if it does not count."""
        return self.data.sign_count


@dataclass(frozen=True)
class Registration:
    """A new key as its maker presents it, read but not yet proved."""

    credential: RegistrationCredential
    told: Told
    data: AuthenticatorData


@dataclass(frozen=True)
class NewKey:
    """A new key that was proved."""

    credential_id: str
    public_key: bytes
    """COSE_Key (RFC 9052), CBOR."""
    sign_count: int
    transports: list[str]
    """How the key is reached: usb, nfc, internal, hybrid, …; a hint for the browser."""


def read_assertion(text: str) -> Assertion:
    """Read the JSON of an assertion; raise `Unfit` (MALFORMED) if it is none."""
    try:
        _refuse_long(text)
        credential = parse_authentication_credential_json(text)
        return Assertion(
            credential=credential,
            credential_id=bytes_to_base64url(credential.raw_id),
            user_handle=credential.response.user_handle,
            told=_told(credential.response.client_data_json),
            data=parse_authenticator_data(credential.response.authenticator_data),
        )
    except Exception as error:
        raise Unfit(PasskeyReason.MALFORMED) from error


def read_registration(text: str) -> Registration:
    """Read the JSON of a registration; raise `Unfit` (MALFORMED) if it is none."""
    try:
        _refuse_long(text)
        credential = parse_registration_credential_json(text)
        attested = parse_attestation_object(credential.response.attestation_object)
        told = _told(credential.response.client_data_json)
    except Exception as error:
        raise Unfit(PasskeyReason.MALFORMED) from error
    if attested.fmt not in UNATTESTED:
        raise Unfit(PasskeyReason.MALFORMED)
    return Registration(credential, told, attested.auth_data)


def prove_assertion(
    answer: Assertion, *, challenge: bytes, site: Site, public_key: bytes, user_handle: bytes
) -> None:
    """Prove an assertion by its key; raise `Unfit`. The counter is judged by whoever keeps it."""
    _refuse_elsewhere(answer.told, answer.data, site)
    if answer.user_handle not in {None, b"", user_handle}:
        raise Unfit(PasskeyReason.UNKNOWN_KEY)
    try:
        verify_authentication_response(
            credential=answer.credential,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        raise Unfit(PasskeyReason.BAD_SIGNATURE) from error


def prove_registration(answer: Registration, *, challenge: bytes, site: Site) -> NewKey:
    """Prove that a new key was made for this challenge and site; raise `Unfit`."""
    _refuse_elsewhere(answer.told, answer.data, site)
    try:
        made = verify_registration_response(
            credential=answer.credential,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=list(ALGORITHMS),
        )
        key = made.credential_public_key
        decoded_public_key_to_cryptography(decode_credential_public_key(key))
    except Exception as error:
        raise Unfit(PasskeyReason.BAD_SIGNATURE) from error
    transports = answer.credential.response.transports or []
    return NewKey(
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=key,
        sign_count=made.sign_count,
        transports=sorted({one.value for one in transports}),
    )


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST_ANSWER:
        raise ValueError("an answer is never this long")


def _told(client_data: bytes) -> Told:
    read = parse_client_data_json(client_data)
    return Told(read.challenge, str(read.origin), bool(read.cross_origin))


def _refuse_elsewhere(told: Told, data: AuthenticatorData, site: Site) -> None:
    """Refuse, each with its own reason, what people meet; the proof would refuse it too."""
    rp_id_hash = hashlib.sha256(site.rp_id.encode()).digest()
    if told.origin != site.origin or told.is_embedded or data.rp_id_hash != rp_id_hash:
        raise Unfit(PasskeyReason.WRONG_SITE)
    if not data.flags.uv:
        raise Unfit(PasskeyReason.NOT_VERIFIED)
