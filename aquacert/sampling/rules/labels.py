"""Blind codes: random, so that no code names its farm, its unit or its order."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U, so that a code read aloud is the code meant."""
BLIND_CODE_LENGTH = 10


def blind_code(letters: bytes) -> str:
    """Return a blind code from random bytes: it says nothing about farm, place or order."""
    text = "".join(ALPHABET[byte % len(ALPHABET)] for byte in letters[:BLIND_CODE_LENGTH])
    return f"{text[:5]}-{text[5:]}"
