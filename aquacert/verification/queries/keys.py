"""The public keys this process believes, read again when the folder of keys changes.

A key withdrawn by another process (`aquacert` on the command line) must count here at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aquacert.trust.keys import KeyRing, ListedKey, Use
from aquacert.trust.trustlist import TrustList


class KeyWatch:
    """The trust list of a folder of keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = -1
        self._keys: tuple[ListedKey, ...] = ()
        self.trust = TrustList(())

    def refresh(self) -> bool:
        """Read the keys if the folder changed; tell whether what they say changed."""
        try:
            stamp = self._folder.stat().st_mtime_ns
        except OSError:
            stamp = 0
        if stamp == self._seen:
            return False
        keys = KeyRing(self._folder, "").public_keys()
        self._seen = stamp
        if keys == self._keys:
            return False
        self._keys, self.trust = keys, TrustList(keys)
        return True


def key_rows(trust: TrustList, kid: bytes) -> list[dict[str, Any]]:
    """Return the issuing keys that carry `kid`, as the trust list writes them, without X.509.

    A phone needs one key; the whole list of a province would be two megabytes.
    """
    rows = [key.to_row() for key in trust.matching(kid, Use.ISSUE)]
    return [{name: row[name] for name in row if name != "certificate"} for row in rows]
