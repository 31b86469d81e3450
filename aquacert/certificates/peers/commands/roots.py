"""Where root keys lie: each in a key ring of its own, so that each may lie on another machine.

`keys/roots/roots.json` says which roots this installation wants and how many must sign. Beside it a
demo has the three rings themselves, in folders 1, 2, 3; a real installation has none of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from aquacert.kernel.errors import Unavailable
from aquacert.kernel.settings import Settings
from aquacert.trust.atomic import write_whole
from aquacert.trust.errors import Refused
from aquacert.trust.keys import KeyRing
from aquacert.trust.roots import Roots
from aquacert.trust.signers import KeySigner

FOLDER, FILE = "roots", "roots.json"
DEMO_ROOTS, DEMO_THRESHOLD = 3, 2


def pinned_roots(settings: Settings) -> Roots | None:
    """Return the roots our next list shall name; None before the first ceremony."""
    path = _folder(settings) / FILE
    if not path.is_file():
        return None
    try:
        return Roots.from_row(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, Refused) as error:
        raise Unavailable("根密钥名单读不出：keys/roots/roots.json。", detail=repr(error)) from None


def set_roots(settings: Settings, roots: Roots) -> None:
    """Say which roots the next list shall name: at the first ceremony, or to change them."""
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(roots.to_row(), ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(folder / FILE, text.encode())


def make_demo_roots(settings: Settings, now: datetime) -> Roots:
    """Make three roots in this installation's own key folder, two of which must sign.

    Only for a demo: whoever holds this folder holds the list. Nothing is made when roots stand.
    """
    held = pinned_roots(settings)
    if held is not None:
        return held
    keys = []
    for number in range(1, DEMO_ROOTS + 1):
        ring = KeyRing(_folder(settings) / str(number), settings.key_passphrase)
        keys.append((ring.root(now).key, f"演示根 {number}"))
    roots = Roots.of(DEMO_THRESHOLD, keys)
    set_roots(settings, roots)
    return roots


def root_signers(settings: Settings, now: datetime) -> Sequence[KeySigner]:
    """Return the signers of every root that lies in this installation's own folder."""
    found = []
    for folder in sorted(_folder(settings).glob("[0-9]*")):
        ring = KeyRing(folder, settings.key_passphrase)
        if ring.public_keys():
            found.append(ring.load(ring.root(now)))
    return found


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "keys" / FOLDER
